"""Passwords: argon2id with the parameters OWASP recommends, off the event loop, a few at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from catalogue.errors import FieldError, Unavailable, ValidationFailed

MIN_LENGTH = 12
MAX_LENGTH = 256
_AT_A_TIME = 2
_MAX_WAITING = 30
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    """Hashes and compares. A comparison takes as long for a user that does not exist."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="passwords")
        self._waiting = 0
        self._threads.submit(_hash_of_nobody)

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the right one; False without a hash. Raises Unavailable when too many wait."""
        if self._waiting >= _MAX_WAITING:
            raise Unavailable("too many people log in at this moment")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, _matches, password, password_hash)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def hash_password(password: str) -> str:
    """The hash to keep. Raises ValidationFailed for a password that is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        message = f"must have {MIN_LENGTH} to {MAX_LENGTH} characters"
        raise ValidationFailed(FieldError("password", "length", message))
    return _HASHER.hash(password)


def _matches(password: str, password_hash: str | None) -> bool:
    try:
        _HASHER.verify(password_hash or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return _HASHER.hash("the password of a user that does not exist")
