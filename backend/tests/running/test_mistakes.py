"""What an operator can get wrong is one line on stderr and an exit code, never a traceback."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import click
import pytest
import redis as redis_client

from catalogue.embedded import EmbeddedPostgres, EmbeddedRedis
from catalogue.running.databases import wait_for_database
from catalogue.running.errors import OperatorError
from catalogue.running.explanations import explain
from catalogue.running.ports import require_free_port
from catalogue.running.redis_check import check_redis
from tests.running.installation import DEADLINE_SECONDS, Installation, free_port


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server with a role `guest` that needs a password."""
    directory = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(directory, durable=False) as postgres:
        rules = directory / "data" / "pg_hba.conf"
        rules.write_text("local all guest scram-sha-256\n" + rules.read_text())
        asyncio.run(execute(postgres.url, "CREATE ROLE guest LOGIN PASSWORD 'right'"))
        asyncio.run(execute(postgres.url, "SELECT pg_reload_conf()"))
        yield postgres


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def line_of(result: subprocess.CompletedProcess[str]) -> str:
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def refusal(url: str, *, seconds: float = 0) -> str:
    with pytest.raises(OperatorError) as failure:
        wait_for_database(url, seconds=seconds)
    assert "\n" not in failure.value.message
    return failure.value.message


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("PORT", "abc", "Error: PORT is not usable: input should be a valid integer"),
        ("PORT", "70000", "Error: PORT is not usable"),
        ("DATABASE_URL", "mysql://localhost/shop", "Error: DATABASE_URL must start with postgresql://"),
        ("REDIS_URL", "localhost:6379", "Error: REDIS_URL must start with redis://"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, setting: str, value: str, expected: str) -> None:
    result = Installation(tmp_path, **{setting: value}).command("run")
    assert line_of(result).startswith(expected)
    assert result.returncode == 2


def test_production_without_a_secret_is_refused(tmp_path: Path) -> None:
    result = Installation(tmp_path, ENVIRONMENT="production").command("run")
    assert "SECRET_KEY must be set" in line_of(result)


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = Installation(tmp_path / "file").command("run")
    assert "set DATA_DIR to another" in line_of(result)
    assert result.returncode == 1


def test_an_absent_postgres_is_waited_for_and_then_named(tmp_path: Path) -> None:
    url = f"postgresql://shop:secret@127.0.0.1:{free_port()}/shop"
    result = Installation(tmp_path, DATABASE_URL=url, STARTUP_WAIT_S="0.5").command("run")
    waiting, error = result.stderr.splitlines()
    assert waiting.startswith("Waiting up to")
    assert "does not answer (connection refused): start it, or correct DATABASE_URL" in error
    assert "secret" not in result.stderr
    assert result.returncode == 1


def test_a_postgres_that_comes_up_late_is_waited_for(tmp_path: Path) -> None:
    late = EmbeddedPostgres(tmp_path / "late", durable=False)
    with late:
        url = late.url
    installation = Installation(tmp_path, DATABASE_URL=url, STARTUP_WAIT_S="60")
    command = subprocess.Popen(
        installation.line("migrate"), env=installation.environment(), stderr=subprocess.PIPE, text=True
    )
    assert command.stderr is not None
    with command.stderr:
        assert command.stderr.readline().startswith("Waiting up to 60 s for PostgreSQL at /")
        with late:
            assert command.wait(DEADLINE_SECONDS) == 0


def test_a_wrong_password_is_said_at_once(postgres: EmbeddedPostgres) -> None:
    url = postgres.url.replace("catalogue@", "guest:wrong@")
    text = refusal(url, seconds=60)
    assert "refused user guest" in text
    assert "wrong" not in text


def test_an_unknown_user_is_said_at_once(postgres: EmbeddedPostgres) -> None:
    assert "refused user nobody" in refusal(postgres.url.replace("catalogue@", "nobody@"), seconds=60)


def test_an_unknown_database_is_said_at_once(postgres: EmbeddedPostgres) -> None:
    assert "has no database absent" in refusal(postgres.database_url("absent"), seconds=60)


def test_a_port_that_is_no_number_is_said_at_once() -> None:
    assert "DATABASE_URL is not usable" in refusal("postgresql://localhost:port/shop", seconds=60)


def test_an_absent_socket_is_named(tmp_path: Path) -> None:
    assert "no such socket" in refusal(f"postgresql://shop@/shop?host={tmp_path}")


def test_something_else_than_postgres_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.listen()
        port = server.getsockname()[1]
        server.close()
        assert f"PostgreSQL at 127.0.0.1:{port} does not answer" in refusal(
            f"postgresql://shop@127.0.0.1:{port}/shop"
        )


def test_an_absent_redis_is_a_warning_only(capsys: pytest.CaptureFixture[str]) -> None:
    check_redis(f"redis://:secret@127.0.0.1:{free_port()}/0")
    text = capsys.readouterr().err
    assert text.startswith("Warning: Redis at 127.0.0.1")
    assert "secret" not in text


def test_a_redis_that_keeps_everything_until_it_is_full_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with EmbeddedRedis(tmp_path) as redis, redis_client.Redis.from_url(redis.url) as client:
        check_redis(redis.url)
        assert not capsys.readouterr().err
        client.config_set("maxmemory-policy", "noeviction")
        check_redis(redis.url)
    assert "set its maxmemory-policy to allkeys-lru" in capsys.readouterr().err


def test_a_redis_that_refuses_is_an_error(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as redis, pytest.raises(OperatorError, match=r"Redis at .* refused"):
        check_redis(redis.url + "?username=guest&password=wrong")


def test_a_redis_address_with_a_wrong_database_is_an_error(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as redis, pytest.raises(OperatorError, match="REDIS_URL is not usable"):
        check_redis(redis.url + "?db=999")


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(OperatorError, match=r"Cannot listen on 192\.0\.2\.1:8000.*Check HOST and PORT"):
        require_free_port("192.0.2.1", 8000, setting="PORT")


def test_a_fault_of_ours_is_not_explained_away() -> None:
    assert explain(KeyError("slug")) is None


def test_a_full_disk_is_one_line() -> None:
    with pytest.raises(OSError, match="No space left") as failure, Path("/dev/full").open("w") as full:
        full.write("x")
    assert explain(failure.value) == "The disk is full: free some space, or set DATA_DIR to another disk."


def test_every_command_is_listed_with_its_help(tmp_path: Path) -> None:
    result = Installation(tmp_path).command("--help")
    assert result.returncode == 0, result.stderr
    for name in ("run", "migrate", "psql", "seed", "import", "openapi"):
        assert f"  {name} " in result.stdout


def test_operator_errors_are_click_s_own() -> None:
    assert issubclass(OperatorError, click.ClickException)
