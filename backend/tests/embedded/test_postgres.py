"""The embedded PostgreSQL, started for real."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import psutil
import pytest

from catalogue.embedded import DirectoryInUseError, EmbeddedPostgres, EmbeddedServerError
from catalogue.embedded.postgres import running_postgres_url

KEEP_RUNNING = """
import sys, threading
from pathlib import Path
from catalogue.embedded import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
starter = threading.Thread(target=postgres.start) if sys.argv[2] == "orphan" else None
if starter:
    starter.start()
    starter.join()
else:
    postgres.start()
print(postgres.pid, flush=True)
sys.stdin.read()
"""


def fetch(url: str, query: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(run())


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a data directory in it, and with a space and a quote in its name."""
    directory = tmp_path_factory.mktemp("the shop's") / "postgres"
    with EmbeddedPostgres(directory, durable=False) as postgres:
        fetch(postgres.url, "CREATE TABLE kept (id int)")
    return directory


def start_elsewhere(directory: Path, mode: str) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", KEEP_RUNNING, str(directory), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_data_is_there_after_a_restart(directory: Path) -> None:
    with EmbeddedPostgres(directory, durable=False) as postgres:
        assert fetch(postgres.url, "SELECT to_regclass('kept')::text") == "kept"


def test_encoding_order_and_time_zone_are_the_same_everywhere(directory: Path) -> None:
    with EmbeddedPostgres(directory, durable=False) as postgres:
        query = "SELECT array[current_setting('server_encoding'), current_setting('TimeZone'), datlocale] FROM pg_database WHERE datname = current_database()"
        assert fetch(postgres.url, query) == ["UTF8", "UTC", "C.UTF-8"]


def test_a_crash_of_the_machine_loses_nothing_by_default(directory: Path) -> None:
    with EmbeddedPostgres(directory) as postgres:
        query = "SELECT array[current_setting('fsync'), current_setting('synchronous_commit')]"
        assert fetch(postgres.url, query) == ["on", "on"]


def test_it_listens_on_no_network(directory: Path) -> None:
    with EmbeddedPostgres(directory, durable=False) as postgres:
        assert postgres.pid is not None
        assert psutil.Process(postgres.pid).net_connections("inet") == []


def test_it_does_not_run_as_root(directory: Path) -> None:
    with EmbeddedPostgres(directory, durable=False) as postgres:
        assert postgres.pid is not None
        assert psutil.Process(postgres.pid).uids().effective != 0


def test_two_run_at_once(directory: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(directory, durable=False) as one, EmbeddedPostgres(tmp_path, durable=False) as two:
        assert fetch(one.url, "SELECT to_regclass('kept')::text") == "kept"
        assert fetch(two.url, "SELECT to_regclass('kept')::text") is None


def test_no_process_and_no_socket_is_left_after_stop(directory: Path) -> None:
    with EmbeddedPostgres(directory, durable=False) as postgres:
        pid, socket_directory = postgres.pid, Path(postgres.url.partition("host=")[2])
        assert socket_directory.is_dir()
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert not socket_directory.exists()


def test_a_directory_in_use_names_the_process_that_has_it(directory: Path) -> None:
    owner, _ = start_elsewhere(directory, "watched")
    try:
        with pytest.raises(DirectoryInUseError, match=f"process {owner.pid}"):
            EmbeddedPostgres(directory, durable=False).start()
        assert fetch(running_postgres_url(directory) or "", "SELECT 1") == 1
    finally:
        end(owner)


def test_a_directory_nobody_uses_has_no_running_server(directory: Path) -> None:
    assert running_postgres_url(directory) is None


def has_ended(process: psutil.Process) -> bool:
    """Gone, or a zombie that nobody has reaped yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_the_server_ends_when_its_owner_is_killed(directory: Path) -> None:
    owner, pid = start_elsewhere(directory, "watched")
    server = psutil.Process(pid)
    end(owner)
    psutil.wait_procs([server], timeout=20)
    assert has_ended(server)


def test_a_server_left_behind_is_stopped_and_replaced(directory: Path) -> None:
    owner, orphan = start_elsewhere(directory, "orphan")
    end(owner)
    assert psutil.Process(orphan).status() != psutil.STATUS_ZOMBIE
    with EmbeddedPostgres(directory, durable=False) as postgres:
        assert postgres.pid != orphan
        assert fetch(postgres.url, "SELECT to_regclass('kept')::text") == "kept"


def test_an_interrupted_creation_does_not_block_the_next(tmp_path: Path) -> None:
    incomplete = tmp_path / "data.incomplete"
    incomplete.mkdir()
    (incomplete / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(tmp_path, durable=False) as postgres:
        assert fetch(postgres.url, "SELECT current_database()") == "catalogue"
    assert not incomplete.exists()


def test_data_of_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 15, this is 18"):
        EmbeddedPostgres(tmp_path).start()


def test_a_failed_start_gives_the_server_s_own_reason(directory: Path) -> None:
    settings = directory / "data" / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("max_connections = 1\n")
    try:
        with pytest.raises(
            EmbeddedServerError, match=r"PostgreSQL did not start: .*superuser_reserved_connections"
        ):
            EmbeddedPostgres(directory, durable=False).start()
    finally:
        settings.write_text(before)


def test_a_socket_directory_open_to_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    with tempfile.TemporaryDirectory(dir="/tmp") as runtime_directory:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime_directory)
        with postgres:
            socket_directory = Path(postgres.url.partition("host=")[2])
        assert str(socket_directory.parent) == runtime_directory
        socket_directory.mkdir()
        socket_directory.chmod(0o777)
        with pytest.raises(EmbeddedServerError, match="belongs to somebody else"):
            postgres.start()


def test_a_long_path_still_gets_a_socket(tmp_path: Path) -> None:
    directory = tmp_path / ("long-" * 30)
    with EmbeddedPostgres(directory, durable=False) as postgres:
        assert fetch(postgres.url, "SELECT 1") == 1


def test_a_data_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedServerError, match="set DATA_DIR to another directory") as failure:
        EmbeddedPostgres(tmp_path / "file" / "postgres").start()
    assert "\n" not in str(failure.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)], check=True)
    try:
        with pytest.raises(EmbeddedServerError, match=r"The disk that holds .* is full") as failure:
            EmbeddedPostgres(disk / "postgres", durable=False).start()
        assert "\n" not in str(failure.value)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_stop_can_be_hurried(directory: Path) -> None:
    postgres = EmbeddedPostgres(directory, durable=False)
    postgres.start()
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGSTOP)
    process = psutil.Process(postgres.pid)
    postgres.hurry()
    process.send_signal(signal.SIGCONT)
    postgres.stop()
    assert not process.is_running()
