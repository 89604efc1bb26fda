"""`catalogue run` as a person uses it: real processes, real servers, real signals."""

import os
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from catalogue.embedded.binaries import postgres_program
from catalogue.embedded.postgres import running_postgres_url
from tests.running.installation import READY, Installation, assert_gone

ORDINARY_USER = 65_534
LOCK_UNTIL_A_REQUEST_WAITS = """
BEGIN;
LOCK TABLE products IN ACCESS EXCLUSIVE MODE;
\\echo locked
DO $$ BEGIN
  WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP PERFORM pg_sleep(0.01); END LOOP;
END $$;
\\echo waiting
"""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "the data")


@contextmanager
def request_that_waits(installation: Installation) -> Iterator[subprocess.Popen[str]]:
    """A psql session with a lock that a request waits for; closing its input gives the lock back."""
    url = running_postgres_url(installation.data_directory / "postgres")
    session = subprocess.Popen(
        [postgres_program("psql"), "--quiet", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert session.stdin is not None
    assert session.stdout is not None
    session.stdin.write(LOCK_UNTIL_A_REQUEST_WAITS)
    session.stdin.flush()
    assert session.stdout.readline() == "locked\n"
    try:
        yield session
    finally:
        session.kill()
        session.communicate()


def test_data_and_secret_survive_ctrl_c_and_a_second_run(installation: Installation) -> None:
    secret_file = installation.data_directory / "secret-key"
    brand = "INSERT INTO brands (slug, label) VALUES ('kept', 'Kept')"
    with installation.running() as run:
        assert installation.command("psql", "-qc", brand).returncode == 0
        secret = secret_file.read_text()
        processes = run.processes()
        run.send(signal.SIGINT)
        assert run.end() == 0
        assert_gone(processes)
    assert stat.S_IMODE(secret_file.stat().st_mode) == 0o600
    with installation.running():
        assert "kept" in installation.get("/api/v1/products/brands").text
    assert secret_file.read_text() == secret


def test_a_run_after_kill_9_finds_the_data(installation: Installation) -> None:
    with installation.running() as run:
        processes = run.processes()
        installation.command("psql", "-qc", "INSERT INTO brands (slug, label) VALUES ('kept', 'Kept')")
        run.process.kill()
        with installation.running():
            assert "kept" in installation.get("/api/v1/products/brands").text
        assert_gone(processes)


def test_two_installations_run_at_once(tmp_path: Path, installation: Installation) -> None:
    other = Installation(tmp_path / "other")
    with installation.running(), other.running():
        assert installation.get("/health/ready").status_code == 200
        assert other.get("/health/ready").status_code == 200


def test_the_same_data_twice_names_the_process_that_has_it(installation: Installation) -> None:
    with installation.running() as run:
        second = Installation(installation.data_directory).command("run")
    assert second.returncode == 1
    assert f"in use by process {run.process.pid}" in second.stderr
    assert second.stderr.count("\n") == 1


def test_a_new_development_database_is_seeded_and_a_hangup_stops(tmp_path: Path) -> None:
    installation = Installation(tmp_path, SEED_PRODUCTS="30", SEED_ORDERS="10")
    with installation.running() as run:
        assert installation.get("/api/v1/products?count=exact").json()["total"] == 30
        assert installation.get("/api/v1/orders?count=exact").json()["total"] == 10
        run.send(signal.SIGHUP)
        assert run.end() == 0


def test_a_server_that_dies_stops_everything(installation: Installation) -> None:
    with installation.running() as run:
        processes = run.processes()
        run.child("catalogue.running.server").kill()
        assert run.end() == 1
        assert_gone(processes)
    assert "The server ended by itself" in run.output


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    installation = Installation(tmp_path, WORKERS="2")
    with installation.running() as run:
        server = run.child("catalogue.running.server")
        workers = server.children()
        assert len(workers) == 2
        workers[0].kill()
        run.wait_for("Unexpected exit")
        assert installation.get("/health/ready").status_code == 200


def test_workers_do_not_outlive_a_killed_server_and_supervisor(installation: Installation) -> None:
    with installation.running() as run:
        processes = run.processes()
        for process in (psutil.Process(run.process.pid), run.child("catalogue.running.server")):
            process.kill()
        assert_gone(processes)


def test_a_running_request_finishes_after_ctrl_c(installation: Installation) -> None:
    with (
        installation.running() as run,
        request_that_waits(installation) as session,
        ThreadPoolExecutor(1) as executor,
    ):
        answer = executor.submit(installation.get, "/api/v1/products")
        assert session.stdout is not None
        assert session.stdout.readline() == "waiting\n"
        run.send(signal.SIGINT)
        run.wait_for("running requests may finish")
        session.communicate()
        assert answer.result().status_code == 200
        assert run.end() == 0


def test_a_second_ctrl_c_does_not_wait_for_requests(tmp_path: Path) -> None:
    installation = Installation(tmp_path, SHUTDOWN_TIMEOUT_S="300", STATEMENT_TIMEOUT_MS="600000")
    with (
        installation.running() as run,
        request_that_waits(installation) as session,
        ThreadPoolExecutor(1) as executor,
    ):
        answer = executor.submit(installation.get, "/api/v1/products")
        assert session.stdout is not None
        assert session.stdout.readline() == "waiting\n"
        processes = run.processes()
        run.send(signal.SIGINT)
        run.wait_for("Ctrl-C again to hurry")
        run.send(signal.SIGINT)
        assert run.end() == 0
        assert_gone(processes)
        with pytest.raises(httpx.TransportError):
            answer.result()


def test_ctrl_c_while_starting_leaves_no_process(tmp_path: Path) -> None:
    installation = Installation(tmp_path, SEED_PRODUCTS="2000000")
    run = installation.start()
    run.wait_for("schema is up to date")
    processes = run.processes()
    run.send(signal.SIGINT)
    assert run.end() == 0
    assert_gone(processes)
    assert READY not in run.output


def test_a_port_in_use_names_the_process_and_a_way_out(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        result = installation.command("run")
    assert result.returncode == 1
    assert f"(process {os.getpid()})" in result.stderr
    assert f"PORT={installation.port + 1} make run" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_can_run_it(tmp_path: Path) -> None:
    setpriv = ["setpriv", f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"]
    passage = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]  # to a Python under /root
    os.chown(tmp_path, ORDINARY_USER, ORDINARY_USER)
    installation = Installation(tmp_path / "data")
    with installation.running(prefix=(shutil.which("setpriv") or "", *setpriv[1:], *passage)) as run:
        users = {process.uids().effective for process in run.processes()}
    assert users == {ORDINARY_USER}
