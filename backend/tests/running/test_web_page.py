"""The page's place in `catalogue run`: its trouble is told, and never that of the API."""

import shutil
import signal
import socket
from pathlib import Path

import pytest

from catalogue.running import web_build
from tests.running.installation import Installation, free_port


def test_without_node_the_api_is_served_and_the_reason_told(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    if setpriv := shutil.which("setpriv"):  # the embedded PostgreSQL needs it where root starts it
        (programs / "setpriv").symlink_to(setpriv)
    installation = Installation(tmp_path / "data", WEB="auto", WEB_PORT=str(free_port()), PATH=str(programs))
    with installation.running() as run:
        run.wait_for("The web page is not served: Node.js is not installed")
        assert installation.get("/health/ready").status_code == 200
        run.send(signal.SIGINT)
        assert run.end() == 0


@pytest.mark.skipif(web_build.obstacle() != "", reason="without Node.js the port is not asked for")
def test_a_taken_port_is_named_and_the_api_is_served(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        installation = Installation(tmp_path / "data", WEB="auto", WEB_PORT=port)
        with installation.running() as run:
            run.wait_for(f"Port {port} is in use")
            assert installation.get("/health/ready").status_code == 200


def test_what_was_built_is_not_built_again_until_a_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "one.ts"
    first.write_text("export {};")
    monkeypatch.setattr(web_build, "FRONTEND", tmp_path)
    before = web_build.fingerprint(iter([first]))
    assert web_build.fingerprint(iter([first])) == before
    first.write_text("export {}; ")
    assert web_build.fingerprint(iter([first])) != before
