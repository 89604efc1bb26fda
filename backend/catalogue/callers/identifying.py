"""From what a request shows to who it comes from; remembered for a moment, so that most requests ask nobody."""

import hmac
from collections.abc import Awaitable, Callable
from time import monotonic, time
from typing import Final

from catalogue.callers.credentials import Credentials
from catalogue.callers.keys import is_key_shaped, key_digest
from catalogue.callers.queries import KEY_OF_DIGEST, USER_OF_LOGIN
from catalogue.callers.scopes import ANONYMOUS, CATALOGUE_READ, ROLES, SCOPES, Caller, granted
from catalogue.callers.token_checks import refused
from catalogue.callers.tokens import ForeignClaims, OwnClaims, Tokens
from catalogue.db.reading import ReadSession
from catalogue.errors import Unauthenticated, Unavailable

REMEMBERED_S: Final = 3.0
"""A revoked key, a closed login or another role is in force after this at the latest."""

OUTAGE_S: Final = 60.0
"""While PostgreSQL does not answer, nothing can be revoked: whoever was known this long ago still is."""

_MAX_REMEMBERED: Final = 20_000


class Identities:
    """The callers of one worker."""

    def __init__(
        self, reader: ReadSession, tokens: Tokens, *, admin_key: str, public_catalogue: bool
    ) -> None:
        self._reader = reader
        self._tokens = tokens
        self._admin_digest = key_digest(admin_key) if admin_key else None
        self.anonymous = Caller(ANONYMOUS, frozenset({CATALOGUE_READ} if public_catalogue else ()))
        self._remembered: dict[bytes, tuple[float, Caller]] = {}
        self.used_keys: set[int] = set()

    def known(self, shown: Credentials) -> Caller | None:
        """The caller, if they were looked up a moment ago."""
        return self.known_by(shown.digest)

    def known_by(self, digest: bytes) -> Caller | None:
        """The same, by the digest of what is shown alone."""
        found = self._remembered.get(digest)
        return found[1] if found is not None and found[0] > monotonic() else None

    def was_known(self, shown: Credentials) -> bool:
        """Whether somebody was known by this lately, so that it is no guess."""
        return shown.digest in self._remembered

    async def identify(self, shown: Credentials) -> Caller:
        """Look the caller up.

        Raises:
            Unauthenticated: Nobody is known by this, or not any more.
            Unavailable: PostgreSQL does not answer, and the caller was not known lately.
        """
        look = self._by_key if shown.kind == "key" else self._by_token
        return await self._look(shown.digest, shown.text, look)

    async def _look(
        self, digest: bytes, shown: str, look: Callable[[str], Awaitable[tuple[Caller, float]]]
    ) -> Caller:
        asked_at = monotonic()  # what is revoked while the answer is on its way was not in it
        try:
            caller, seconds = await look(shown)
        except Unauthenticated:
            self._remembered.pop(digest, None)
            raise
        except Unavailable:
            found = self._remembered.get(digest)
            if found is None or found[0] + OUTAGE_S < monotonic():
                raise
            return found[1]
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[digest] = (asked_at + seconds, caller)
        return caller

    async def _by_key(self, shown: str) -> tuple[Caller, float]:
        digest = key_digest(shown)
        if self._admin_digest is not None and hmac.compare_digest(digest, self._admin_digest):
            return Caller("key:admin", frozenset(SCOPES)), REMEMBERED_S
        row = await self._reader.row(KEY_OF_DIGEST, {"digest": digest}) if is_key_shaped(shown) else None
        if row is None:
            raise Unauthenticated("the key is not valid here, or not any more", error="invalid_token")
        self.used_keys.add(row["id"])
        return Caller(f"key:{row['prefix']}", granted(frozenset(row["scopes"]))), REMEMBERED_S

    async def _by_token(self, shown: str) -> tuple[Caller, float]:
        claims = self._tokens.read(shown)
        if isinstance(claims, ForeignClaims):
            caller = Caller(f"token:{claims.subject}", granted(claims.scopes))
        else:
            caller = await self._user(claims)
        return caller, min(REMEMBERED_S, claims.expires_at - time())

    async def _user(self, claims: OwnClaims) -> Caller:
        row = await self._reader.row(USER_OF_LOGIN, {"login_id": claims.login_id, "user_id": claims.user_id})
        if row is None:
            raise refused()
        return Caller(f"user:{row['name']}", ROLES[row["role"]])
