"""The key of an administrator, for the servers that are started here and for whoever asks them."""

from catalogue.callers.keys import make_key
from catalogue.running.secret_key import ADMIN_KEY_FILE
from catalogue.settings import ServerSettings
from loadtests.settings import LoadTestSettings

ADMIN_KEY = LoadTestSettings().api_key or make_key().text
SHOWN = {"X-API-Key": ADMIN_KEY}


def key_of_running_server() -> str:
    """The key for a server that was not started here: the one given, else that of `make run` in this folder, else none."""
    given = LoadTestSettings().api_key
    kept = ServerSettings().data_dir / ADMIN_KEY_FILE
    return given or (kept.read_text().strip() if kept.is_file() else "")
