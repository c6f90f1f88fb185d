"""Channels' Redis pub/sub layer with four fixes.

This module subclasses private classes of channels_redis and calls private methods of it and of
redis-py, because neither offers a public way to do the following. Check it when either is upgraded.

- A failed subscription is rolled back. The original leaves the channel registered, and once Redis
  is back it collects messages that no task will ever receive.
- A full queue drops its oldest message. Dropping is safe: the change log has the same changes.
- The receiving task survives socket time-outs (`OSError`). In the original it ends silently, and
  with it every subscription of the process.
- Messages are read from the stream in bulk. redis-py reads each message with a time-out, also ten
  times a second while idle, which costs more CPU than handling the messages.
"""

import asyncio
import logging
from typing import Any

import hiredis
from channels_redis.pubsub import (
    RedisPubSubChannelLayer,
    RedisPubSubLoopLayer,
    RedisSingleShardConnection,
)
from channels_redis.utils import _wrap_close, decode_hosts
from redis.exceptions import RedisError

MAX_WAITING_MESSAGES = 1_000
RECONNECT_SECONDS = 0.5
READ_BYTES = 64 * 1024

logger = logging.getLogger(__name__)


class NotificationLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """The channel layer to name in `CHANNEL_LAYERS`. Configured like the original."""

    def _get_layer(self) -> "_LoopLayer":
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = _LoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        layer: _LoopLayer = self._layers[loop]
        return layer


class DropOldestQueue(asyncio.Queue[Any]):
    """A queue that drops its oldest item when it is full."""

    def put_nowait(self, item: Any) -> None:
        if self.full():
            self.get_nowait()
        super().put_nowait(item)


class _LoopLayer(RedisPubSubLoopLayer):  # type: ignore[misc]
    def __init__(self, hosts: Any = None, **options: Any) -> None:
        super().__init__(hosts=hosts, **options)
        self._shards = [_Connection(host, self) for host in decode_hosts(hosts)]

    async def _subscribe_to_channel(self, channel: str) -> None:
        self.channels[channel] = DropOldestQueue(MAX_WAITING_MESSAGES)
        try:
            await self._get_shard(channel).subscribe(channel)
        except BaseException:
            del self.channels[channel]
            raise

    async def group_add(self, group: str, channel: str) -> None:
        try:
            await super().group_add(group, channel)
        except BaseException:
            self._discard(group, channel)
            raise

    def _discard(self, group: str, channel: str) -> None:
        self.channels.pop(channel, None)
        name = self._get_group_channel_name(group)
        members = self.groups.get(name, set())
        members.discard(channel)
        if not members:
            self.groups.pop(name, None)


class _Connection(RedisSingleShardConnection):  # type: ignore[misc]
    async def _do_receiving(self) -> None:
        while True:
            try:
                # A subscription may be connecting at the same time.
                async with self._lock:
                    await self._pubsub.connect()
                await self._receive(self._pubsub.connection)
            except (RedisError, OSError) as error:
                logger.warning("No messages from Redis: %s", error)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _receive(self, connection: Any) -> None:
        """Dispatch messages until the connection is closed."""
        stream, reader = connection._reader, hiredis.Reader()
        while data := await stream.read(READ_BYTES):
            reader.feed(data)
            while (reply := reader.gets()) is not False:
                if not isinstance(reply, list):
                    continue
                kind, name, *_ = reply
                if kind == b"message":
                    self._receive_message({"channel": name, "data": reply[2]})
                else:
                    # Updates redis-py's own record of what is subscribed.
                    await self._pubsub.handle_message(reply)
        if connection._reader is stream:
            await connection.disconnect()
