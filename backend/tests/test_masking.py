"""Secrets and people in the log: what was written by mistake, or by a library, is not readable there."""

import subprocess
import sys

import pytest

from catalogue.callers.keys import make_key
from catalogue.masking import masked, masked_address

KEY = make_key().text
PROGRAM = """
import logging, structlog
from catalogue.logs import configure_logging
from catalogue.settings_watching import LoggingSettings
configure_logging(LoggingSettings(log_format="{form}"))
def fail(password, key):
    raise RuntimeError("postgresql://shop:hunter2@db/shop does not answer")
try:
    fail("hunter2", "{key}")
except RuntimeError:
    structlog.get_logger().exception("failed", header="X-API-Key: {key}", who="ann.lee@example.com")
    logging.getLogger("library").exception("failed %s", "{key}")
"""


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_reaches_the_log(form: str) -> None:
    program = PROGRAM.format(form=form, key=KEY)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stderr.count("RuntimeError") >= 2
    assert run.stderr.count(KEY[:12]) >= 2
    for secret in (KEY, "hunter2@", "ann.lee"):
        assert secret not in run.stderr


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"key {KEY}.", f"key {KEY[:12]}***."),
        ("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln end", "Bearer eyJ*** end"),
        ("rediss://:secret@cache:6379/0", "rediss://:***@cache:6379/0"),
        ("to ann.lee@example.com", "to a***@example.com"),
        ("nothing to hide, @ all", "nothing to hide, @ all"),
        ("/api/v1/products/by-sku/CAM-1", "/api/v1/products/by-sku/CAM-1"),
    ],
    ids=["key", "token", "password in an address", "mail address", "nothing", "path"],
)
def test_masked_lines(line: str, expected: str) -> None:
    assert masked(line) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_masked_addresses(address: str, expected: str) -> None:
    assert masked_address(address) == expected
