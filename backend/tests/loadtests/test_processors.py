"""A client that floods a server takes no processor from it, and takes them all back afterwards."""

import os

import pytest

from loadtests.processors import apart

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) == 1,
    reason="there is one processor, or none may be chosen",
)


def test_servers_and_client_share_no_processor() -> None:
    before = os.sched_getaffinity(0)
    with apart(wanted=True) as move:
        servers = os.sched_getaffinity(0)
        move()
        client = os.sched_getaffinity(0)
        assert (servers | client, servers & client) == (before, set())
    assert os.sched_getaffinity(0) == before
