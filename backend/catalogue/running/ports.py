"""Whether a port is free, and who has it when it is not."""

import errno
import os
import socket
import time

from catalogue.running.errors import OperatorError

_PRIVILEGED_BELOW = 1024


def require_free_port(host: str, port: int, *, setting: str, patience_seconds: float = 0) -> None:
    """Check that a server can listen on `host`:`port`, waiting up to `patience_seconds` for its last user to leave.

    Raises:
        OperatorError: It cannot; the text names the process that has the port, where that can be seen.
    """
    deadline = time.monotonic() + patience_seconds
    while (refusal := _refusal(host, port)) is not None:
        if refusal.errno != errno.EADDRINUSE or time.monotonic() > deadline:
            raise OperatorError(_explain(refusal, host=host, port=port, setting=setting))
        time.sleep(0.05)


def _refusal(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return error
    return None


def _explain(refusal: OSError, *, host: str, port: int, setting: str) -> str:
    if refusal.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use{_holder(port)}: stop that, or take another: {setting}={port + 1} make run"
        )
    if refusal.errno == errno.EACCES and port < _PRIVILEGED_BELOW:
        return f"Port {port} is for root only: take one above 1023, for example {setting}=8000 make run"
    return f"Cannot listen on {host}:{port}: {os.strerror(refusal.errno or 0) or refusal}. Check HOST and {setting}."


def _holder(port: int) -> str:
    """` by NAME (process PID)`, or nothing where the system does not tell."""
    import psutil  # noqa: PLC0415 - wanted for this message only

    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status != psutil.CONN_LISTEN or not connection.laddr or not connection.pid:
                continue
            if connection.laddr.port == port:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return ""
    return ""
