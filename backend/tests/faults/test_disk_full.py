"""A PostgreSQL whose disk is full: writes are refused, reads go on, and nothing acknowledged is lost."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from catalogue.db.migrating import upgrade
from catalogue.embedded import EmbeddedPostgres
from tests.faults.conftest import Serve, eventually

pytestmark = pytest.mark.thorough
SIZE = "400m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own in memory. Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(folder)], check=False
    )
    if mounted.returncode != 0:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("a small file system cannot be mounted here: that needs root, and the capability SYS_ADMIN")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_full_disk(small_disk: Path, serve: Serve) -> None:
    postgres = EmbeddedPostgres(small_disk / "postgres", durable=True)
    postgres.start()
    try:
        upgrade(postgres.url)
        with serve(postgres.url) as server, server.client() as client:
            acknowledged = [add(client, "before").json()["id"]]
            filler = small_disk / "filler"
            fill(filler)
            refused = write_until_refused(client, acknowledged)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            filler.unlink()
            if postgres.pid is None or not Path(f"/proc/{postgres.pid}").exists():
                postgres.stop()
                postgres.start()
            eventually(lambda: check_taken(client, acknowledged))
            found = [client.get(f"/drivers/{number}").status_code for number in acknowledged]
        assert set(found) == {200}
    finally:
        postgres.stop()


def add(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/drivers", json={"name": name * 30, "phone": "1"})


def check_taken(client: httpx.Client, acknowledged: list[int]) -> None:
    answer = add(client, "after")
    assert answer.status_code == 201
    acknowledged.append(answer.json()["id"])


def fill(file: Path) -> None:
    """Leave nothing."""
    with file.open("wb") as writer:
        piece = bytes(1 << 20)
        while piece:
            try:
                os.write(writer.fileno(), piece)
            except OSError:
                piece = piece[: len(piece) // 2]


def write_until_refused(client: httpx.Client, acknowledged: list[int]) -> httpx.Response:
    """PostgreSQL has room in the files it has; some writes still fit."""
    for _ in range(20_000):
        answer = add(client, "full")
        if answer.status_code != 201:
            return answer
        acknowledged.append(answer.json()["id"])
    raise AssertionError("the disk does not fill")
