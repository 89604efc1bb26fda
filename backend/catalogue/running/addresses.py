"""The parts of a server's address that may be shown to people."""

from urllib.parse import parse_qs, unquote, urlsplit


def host_of(url: str) -> str:
    """`host:port`, or the socket's directory or path; never a user or a password."""
    parts = urlsplit(url)
    socket_directory = parse_qs(parts.query).get("host", [""])[0]
    places = parts.netloc.rpartition("@")[2]
    return unquote(places) or socket_directory or unquote(parts.path)


def database_of(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/")) or user_of(url)


def user_of(url: str) -> str:
    parts = urlsplit(url)
    return unquote(parts.username or parse_qs(parts.query).get("user", ["(yours)"])[0])


def require_readable(url: str) -> None:
    """Raise ValueError, with a text for people, when the port in `url` is none."""
    _ = urlsplit(url).port
