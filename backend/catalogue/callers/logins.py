"""Logging in with a password, staying logged in with refresh tokens, logging out.

A refresh token serves once. Whoever shows a used one holds a copy of it: then the whole login ends, for the owner
and for the thief (RFC 9700, section 4.14).
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from catalogue.callers import queries
from catalogue.callers.passwords import Passwords
from catalogue.callers.scopes import ROLES
from catalogue.callers.tokens import OwnClaims, TokenSigner
from catalogue.callers.transactions import transaction
from catalogue.db.reading import ReadSession
from catalogue.errors import Unauthenticated

_WRONG = "the name or the password is wrong"
_NOT_VALID = "the refresh token is not valid, or not any more"


@dataclass(frozen=True, slots=True)
class Granted:
    """The answer to a login, with the members that RFC 6749 names. `expires_in` in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    scope: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme


class Logins:
    """What the routes under `/auth` do."""

    def __init__(
        self, reader: ReadSession, engine: AsyncEngine, *, signer: TokenSigner, lifetime_s: int
    ) -> None:
        self._reader = reader
        self._engine = engine
        self._signer = signer
        self._lifetime_s = lifetime_s
        self._passwords = Passwords()

    async def log_in(self, name: str, password: str) -> Granted:
        """Raises Unauthenticated; an unknown, a disabled and a mistaken one take the same time and answer."""
        row = await self._reader.row(queries.USER_OF_NAME, {"name": name.casefold()})
        matches = await self._passwords.matches(password, row["password_hash"] if row else None)
        if row is None or not matches:
            raise Unauthenticated(_WRONG, error="invalid_grant")
        async with transaction(self._engine) as connection:
            opened = await connection.execute(
                queries.OPEN_LOGIN, {"user_id": row["id"], "seconds": self._lifetime_s}
            )
            login_id = opened.scalar_one()
            refresh_token = await _keep_refresh_token(connection, login_id)
        return self._granted(OwnClaims(row["id"], login_id), row["role"], refresh_token)

    async def refresh(self, refresh_token: str) -> Granted:
        """New tokens for an unused one. Raises Unauthenticated; a used one ends the login."""
        async with transaction(self._engine) as connection:
            user, login_id = await _use(connection, refresh_token)
            following = await _keep_refresh_token(connection, login_id) if user else ""
        if user is None:
            raise Unauthenticated(_NOT_VALID, error="invalid_grant")
        return self._granted(OwnClaims(user.id, login_id), user.role, following)

    async def log_out(self, refresh_token: str) -> None:
        """End the login that a refresh token belongs to; nothing happens when it is none of ours."""
        async with transaction(self._engine) as connection:
            login_id = await _login_of(connection, refresh_token)
            if login_id is not None:
                await connection.execute(queries.CLOSE_LOGIN, {"login_id": login_id})

    async def prune(self) -> None:
        """Forget logins that are long over."""
        async with transaction(self._engine) as connection:
            await connection.execute(queries.PRUNE_LOGINS)

    def close(self) -> None:
        self._passwords.close()

    def _granted(self, claims: OwnClaims, role: str, refresh_token: str) -> Granted:
        return Granted(
            access_token=self._signer.sign(claims),
            refresh_token=refresh_token,
            expires_in=self._signer.lifetime_s,
            scope=" ".join(sorted(ROLES[role])),
        )


async def _use(
    connection: AsyncConnection, refresh_token: str
) -> tuple[Row[tuple[int, str, str]] | None, int]:
    """The user and the login, and the token used up; no user where it was used before, which ends the login."""
    used = await connection.execute(queries.USE_REFRESH_TOKEN, {"digest": _digest(refresh_token)})
    login_id = used.scalar_one_or_none()
    if login_id is None:
        if (stolen := await _login_of(connection, refresh_token)) is not None:
            await connection.execute(queries.CLOSE_LOGIN, {"login_id": stolen})
        return None, 0
    found = await connection.execute(queries.OPEN_LOGIN_OF_ID, {"login_id": login_id})
    return found.one_or_none(), login_id


async def _keep_refresh_token(connection: AsyncConnection, login_id: int) -> str:
    refresh_token = secrets.token_urlsafe(32)
    await connection.execute(
        queries.KEEP_REFRESH_TOKEN, {"digest": _digest(refresh_token), "login_id": login_id}
    )
    return refresh_token


async def _login_of(connection: AsyncConnection, refresh_token: str) -> int | None:
    found = await connection.execute(queries.LOGIN_OF_REFRESH_TOKEN, {"digest": _digest(refresh_token)})
    login_id: int | None = found.scalar_one_or_none()
    return login_id


def _digest(refresh_token: str) -> bytes:
    return sha256(refresh_token.encode(errors="replace")).digest()
