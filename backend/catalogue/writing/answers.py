"""What a write answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Written:
    """An answer that belongs to a transaction: it goes out when, and only when, that has been committed.

    `version` becomes the ETag, `location` the address of what was made. `replayed`: the answer to an earlier request
    with the same idempotency key.
    """

    status: int
    body: bytes = b""
    version: int | None = None
    location: str | None = None
    replayed: bool = False

    def kept(self) -> dict[str, object]:
        """What is kept with an idempotency key, besides status and body."""
        return {"version": self.version, "location": self.location}

    @classmethod
    def replay(cls, status: int, kept: Mapping[str, Any], body: bytes) -> Self:
        """The answer again, from what was kept of it."""
        return cls(status, bytes(body), kept["version"], kept["location"], replayed=True)

    def headers(self) -> dict[str, str]:
        headers = {"Cache-Control": "no-store"}
        if self.version is not None:
            headers["ETag"] = f'"{self.version}"'
        if self.location is not None:
            headers["Location"] = self.location
        if self.replayed:
            headers["Idempotency-Replayed"] = "true"
        return headers
