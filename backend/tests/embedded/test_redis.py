"""The embedded Redis, started for real."""

from pathlib import Path

import psutil
import pytest
import redis

from catalogue.embedded import DirectoryInUseError, EmbeddedRedis


def test_it_starts_empty_every_time(tmp_path: Path) -> None:
    for _ in range(2):
        with EmbeddedRedis(tmp_path / "redis") as server, redis.Redis.from_url(server.url) as client:
            assert client.dbsize() == 0
            client.set("key", "value")


def test_it_forgets_the_least_used_when_full(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server, redis.Redis.from_url(server.url) as client:
        settings = client.config_get("maxmemory*")
        assert settings["maxmemory"] == str(256 * 1024 * 1024)
        assert settings["maxmemory-policy"] == "allkeys-lru"


def test_it_listens_on_no_network(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        assert psutil.Process(server.pid).net_connections("inet") == []


def test_nothing_is_left_after_stop(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        pid, socket = server.pid, Path(server.url.removeprefix("unix://"))
        assert socket.is_socket()
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert not socket.parent.exists()


def test_two_run_at_once(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "one") as one, EmbeddedRedis(tmp_path / "two") as two:
        assert one.url != two.url


def test_a_directory_in_use_is_refused(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path), pytest.raises(DirectoryInUseError):
        EmbeddedRedis(tmp_path).start()
