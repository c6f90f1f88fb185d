"""The fixes of the pub/sub layer, without Redis or with one that stops responding."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import RedisError

from deploy.ports import free_port
from realtime.channel_layer import MAX_WAITING_MESSAGES, DropOldestQueue, NotificationLayer

PATIENCE_SECONDS = 120


@pytest.fixture
async def layer() -> AsyncIterator[NotificationLayer]:
    """A layer whose Redis is unavailable."""
    address = f"redis://127.0.0.1:{free_port()}"
    layer = NotificationLayer(hosts=[{"address": address, "retry": None}], prefix="test")
    yield layer
    await layer.flush()


async def test_a_failed_subscription_is_rolled_back(layer: NotificationLayer) -> None:
    with pytest.raises(RedisError):
        await layer.new_channel()
    assert layer.channels == {}


async def test_a_failed_group_add_is_rolled_back(layer: NotificationLayer) -> None:
    layer.channels["test.mine"] = asyncio.Queue()
    with pytest.raises(RedisError):
        await layer.group_add("event.1", "test.mine")
    assert (layer.channels, layer.groups) == ({}, {})


class Subscription:
    """A subscription whose first connection attempt times out."""

    def __init__(self) -> None:
        self.connection = self
        self._times_connected = 0

    @property
    def _reader(self) -> asyncio.StreamReader:
        stream = asyncio.StreamReader()
        stream.feed_data(b">3\r\n$7\r\nmessage\r\n$9\r\ntest.mine\r\n$5\r\nhello\r\n")
        return stream

    async def connect(self) -> None:
        self._times_connected += 1
        if self._times_connected == 1:
            raise TimeoutError


async def test_the_receiver_survives_a_time_out(
    layer: NotificationLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.channel_layer.RECONNECT_SECONDS", 0.0)
    connection = layer._shards[0]
    connection._pubsub = Subscription()
    layer.channels["test.mine"] = queue = DropOldestQueue(1)
    connection._ensure_receiver()
    assert await asyncio.wait_for(queue.get(), PATIENCE_SECONDS) == b"hello"


async def test_a_full_queue_drops_its_oldest_messages(
    layer: NotificationLayer,
) -> None:
    connection, queue = layer._shards[0], DropOldestQueue(MAX_WAITING_MESSAGES)
    layer.channels["test.mine"] = queue
    for number in range(MAX_WAITING_MESSAGES + 5):
        connection._receive_message({"channel": b"test.mine", "data": number})
    assert queue.qsize() == MAX_WAITING_MESSAGES
    assert queue.get_nowait() == 5
