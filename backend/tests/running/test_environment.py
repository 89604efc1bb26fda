"""`backend/bootstrap.py`: the environment is made once, mended when broken, and refused on one line."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2]
FILES = (
    "bootstrap.py",
    "catalogue/__init__.py",
    "catalogue/running/__init__.py",
    "catalogue/running/environment.py",
)
OLD_PYTHON = """
import runpy, sys
sys.version_info = (3, 8, 18, "final", 0)
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone, in a folder with a space in its name, whose lock files are empty, after its first command."""
    clone = tmp_path_factory.mktemp("a clone")
    for name in FILES:
        (clone / "backend" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BACKEND / name, clone / "backend" / name)
    for name in ("requirements.lock", "requirements-dev.lock"):
        (clone / name).write_text("# no packages\n")
    result = bootstrap(clone, "python", "-c", "import catalogue, sys; print(sys.prefix)")
    assert result.stdout == f"{clone / '.venv'}\n", result.stderr
    return clone


def bootstrap(clone: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, str(clone / "backend" / "bootstrap.py"), *command],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_second_command_installs_nothing(prepared: Path) -> None:
    result = bootstrap(prepared, "python", "-c", "print('ready')")
    assert (result.stdout, result.stderr) == ("ready\n", "")


def test_the_command_s_exit_code_is_passed_on(prepared: Path) -> None:
    assert bootstrap(prepared, "python", "-c", "raise SystemExit(7)").returncode == 7


def test_the_command_runs_at_the_root_of_the_clone(prepared: Path) -> None:
    assert bootstrap(prepared, "pwd").stdout == f"{prepared}\n"


def test_an_unfinished_environment_is_made_afresh(prepared: Path) -> None:
    environment = prepared / ".venv"
    (environment / "installed").unlink()
    (environment / "unfinished").touch()
    (environment / "half-written").touch()
    assert bootstrap(prepared, "python", "-c", "import catalogue").returncode == 0
    assert not (environment / "half-written").exists()
    assert not (environment / "unfinished").exists()


def test_a_missing_package_index_is_one_line(prepared: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(prepared, clone, symlinks=True)
    (clone / "requirements.lock").write_text("idna==3.20 --hash=sha256:" + "0" * 64 + "\n")
    (clone / ".venv" / "installed").unlink()
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
    }
    result = bootstrap(clone, "python", PIP_FIND_LINKS="", **nowhere)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("The packages could not be fetched: check the network")
    assert "Traceback" not in result.stderr


def test_an_old_python_is_one_line() -> None:
    command = [sys.executable, "-c", OLD_PYTHON, str(BACKEND / "bootstrap.py")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("Catalogue needs Python 3.11 or newer; this is 3.8 at ")
    assert result.stderr.count("\n") == 1


def test_old_pythons_can_read_the_program() -> None:
    ast.parse((BACKEND / "bootstrap.py").read_bytes().decode("ascii"), feature_version=(3, 4))


def test_no_command_is_a_usage_line(prepared: Path) -> None:
    assert bootstrap(prepared).stderr.startswith("usage: ")
