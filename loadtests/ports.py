"""Ports for servers that live as long as one measurement."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port on the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
