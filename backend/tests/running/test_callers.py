"""Keys and users as an operator keeps them, and the key that a development installation makes."""

import re
import stat
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.running.installation import Installation

PASSWORD = "correct horse battery staple"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "the data")


def test_keys_and_users_of_a_running_installation(installation: Installation) -> None:
    with installation.running() as run:
        key_file = installation.data_directory / "admin-key"
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        assert str(key_file) in "".join(run.output)
        assert key_file.read_text().strip() not in "".join(run.output)
        base = f"http://127.0.0.1:{installation.port}"
        told = re.search(r"^ *(curl .*)$", run.output, re.MULTILINE)
        assert told is not None
        shown = subprocess.run(f"{told[1]} -s -f", shell=True, capture_output=True, text=True, check=True)  # noqa: S602
        assert '"items":[' in shown.stdout
        refused = httpx.get(f"{base}/api/v1/orders")
        assert (refused.status_code, refused.headers["server"]) == (401, "catalogue")
        assert installation.get("/api/v1/orders").status_code == 200

        made = installation.command("key", "create", "shop", "--scope", "orders:read")
        key = {"X-API-Key": made.stdout.strip()}
        assert httpx.get(f"{base}/api/v1/orders", headers=key).status_code == 200
        prefix = key["X-API-Key"].split("_")[1]
        listed = installation.command("key", "list").stdout
        assert re.search(rf"{prefix}  shop  \[orders:read\]  valid", listed)
        assert key["X-API-Key"] not in listed
        assert installation.command("key", "revoke", prefix).returncode == 0
        assert "revoked" in installation.command("key", "list").stdout

        added = installation.command("user", "create", "ann", "--role", "clerk", CATALOGUE_PASSWORD=PASSWORD)
        assert added.returncode == 0, added.stderr
        login = {"username": "ann", "password": PASSWORD}
        assert httpx.post(f"{base}/api/v1/auth/token", json=login).status_code == 200
        again = installation.command("user", "create", "ann", "--role", "clerk", CATALOGUE_PASSWORD=PASSWORD)
        assert (again.returncode, again.stderr) == (1, "Error: there is a user ann already.\n")
        assert installation.command("user", "disable", "ann").returncode == 0
        assert httpx.post(f"{base}/api/v1/auth/token", json=login).status_code == 401


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ENVIRONMENT": "test", "SECRET_KEY": "a" * 32}, "SECRET_KEY"),
        ({"ADMIN_API_KEY": "short"}, "ADMIN_API_KEY"),
        ({"TRUSTED_PROXIES": "everybody"}, "TRUSTED_PROXIES"),
    ],
)
def test_weak_or_half_settings_are_refused_at_start(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    refused = Installation(tmp_path, **settings).command("run")
    assert refused.returncode != 0
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
