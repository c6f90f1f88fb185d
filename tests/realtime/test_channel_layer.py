"""The pub/sub layer's traps, sprung where no Redis is, or where it stops answering."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import RedisError

from deploy.ports import free_port
from realtime.channel_layer import MAX_WAITING_MESSAGES, DropOldestQueue, NotificationLayer

PATIENCE_SECONDS = 120


@pytest.fixture
async def layer() -> AsyncIterator[NotificationLayer]:
    """A layer whose Redis is away."""
    address = f"redis://127.0.0.1:{free_port()}"
    layer = NotificationLayer(hosts=[{"address": address, "retry": None}], prefix="test")
    yield layer
    await layer.flush()


async def test_a_subscription_that_fails_leaves_nothing_behind(layer: NotificationLayer) -> None:
    with pytest.raises(RedisError):
        await layer.new_channel()
    assert layer.channels == {}


async def test_a_group_that_cannot_be_joined_gathers_no_messages(layer: NotificationLayer) -> None:
    layer.channels["test.mine"] = asyncio.Queue()
    with pytest.raises(RedisError):
        await layer.group_add("event.1", "test.mine")
    assert (layer.channels, layer.groups) == ({}, {})


class Subscription:
    """One that is lost to a time-out of the operating system's, and then stands."""

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


async def test_a_time_out_does_not_end_the_receiver(
    layer: NotificationLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.channel_layer.RECONNECT_SECONDS", 0.0)
    connection = layer._shards[0]
    connection._pubsub = Subscription()
    layer.channels["test.mine"] = queue = DropOldestQueue(1)
    connection._ensure_receiver()
    assert await asyncio.wait_for(queue.get(), PATIENCE_SECONDS) == b"hello"


async def test_messages_that_nobody_reads_make_room_for_newer_ones(
    layer: NotificationLayer,
) -> None:
    connection, queue = layer._shards[0], DropOldestQueue(MAX_WAITING_MESSAGES)
    layer.channels["test.mine"] = queue
    for number in range(MAX_WAITING_MESSAGES + 5):
        connection._receive_message({"channel": b"test.mine", "data": number})
    assert queue.qsize() == MAX_WAITING_MESSAGES
    assert queue.get_nowait() == 5
