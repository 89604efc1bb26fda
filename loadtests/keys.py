"""The key of an administrator, for the servers that are started here and for whoever asks them."""

from catalogue.callers.keys import make_key
from loadtests.settings import LoadTestSettings

ADMIN_KEY = LoadTestSettings().api_key or make_key().text
SHOWN = {"X-API-Key": ADMIN_KEY}
