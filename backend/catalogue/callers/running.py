"""The callers of one worker, put together and kept going as long as the program runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

import structlog
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from catalogue.background import beside
from catalogue.breakers import Breakers
from catalogue.callers.fetched_keys import FetchedKeys
from catalogue.callers.gate import Gate
from catalogue.callers.identifying import Identities
from catalogue.callers.key_sets import read_key_file
from catalogue.callers.logins import Logins
from catalogue.callers.queries import KEYS_USED
from catalogue.callers.tokens import ForeignTokens, Tokens, TokenSigner
from catalogue.callers.transactions import transaction
from catalogue.db.reading import ReadSession, read_pool
from catalogue.errors import CatalogueError
from catalogue.limits.addresses import ClientAddresses
from catalogue.limits.allowances import Allowances
from catalogue.limits.limiter import Limiter, NoLimiter
from catalogue.limits.policies import policies
from catalogue.settings import Settings
from catalogue.settings_access import CallerSettings, LimitSettings
from catalogue.settings_base import DEVELOPMENT_SECRET

KEEP_EVERY_S = 60.0
_PRUNE_EVERY = 60
_DAY_S = 86_400
_CONNECTIONS = 2


@dataclass(frozen=True, slots=True)
class Callers:
    """What the application asks: the gate for every request, the logins for `/auth`."""

    gate: Gate
    logins: Logins


@asynccontextmanager
async def callers_running(
    settings: Settings, *, engine: AsyncEngine, redis: Redis, breakers: Breakers
) -> AsyncIterator[Callers]:
    """Looks callers up on connections of their own, so that no crowd of reads keeps a revoked key alive.

    Raises OSError or ValueError when JWT_KEYS_FILE holds no key set.
    """
    chosen = settings.callers
    signer = TokenSigner(_secret(settings.server.secret_key), lifetime_s=chosen.access_token_s)
    async with AsyncExitStack() as stack:
        database = settings.database.model_copy(update={"read_pool_size": _CONNECTIONS})
        pool = await stack.enter_async_context(read_pool(database))
        reader = ReadSession(pool, wait_s=database.pool_wait_ms / 1000)
        identities = Identities(
            reader,
            Tokens(signer, await _foreign_tokens(chosen, stack, breakers)),
            admin_key=chosen.admin_api_key,
            public_catalogue=chosen.public_catalogue,
        )
        logins = Logins(reader, engine, signer=signer, lifetime_s=chosen.login_days * _DAY_S)
        stack.callback(logins.close)
        generous = chosen.environment != "production"
        limiter = _limiter(settings.limits, Allowances(redis, breakers), generous=generous)
        gate = Gate(identities, limiter, public_metrics=chosen.public_metrics)
        await stack.enter_async_context(beside(partial(_keep, identities, logins, engine)))
        yield Callers(gate, logins)


def _secret(chosen: str) -> str:
    """The secret that tokens are signed with. The one that everybody knows is none: another one is made up."""
    return token_urlsafe(32) if chosen == DEVELOPMENT_SECRET else chosen


async def _foreign_tokens(
    chosen: CallerSettings, stack: AsyncExitStack, breakers: Breakers
) -> ForeignTokens | None:
    if not chosen.jwt_issuer:
        return None
    if chosen.jwt_keys_file:
        keys = read_key_file(Path(chosen.jwt_keys_file))
    else:
        inside = chosen.jwt_keys_inside or chosen.environment != "production"
        keys = FetchedKeys(chosen.jwt_keys_url, breakers, refresh_s=chosen.jwt_keys_refresh_s, inside=inside)
        await stack.enter_async_context(keys.running())
    return ForeignTokens(
        keys,
        issuer=chosen.jwt_issuer,
        audience=chosen.jwt_audience,
        algorithms=frozenset(chosen.jwt_algorithms),
    )


def _limiter(settings: LimitSettings, allowances: Allowances, *, generous: bool) -> Limiter:
    addresses = ClientAddresses([*settings.trusted_proxies])
    if not settings.rate_limits:
        return NoLimiter(addresses)
    return Limiter(allowances, policies(settings), addresses, generous=generous)


async def _keep(identities: Identities, logins: Logins, engine: AsyncEngine) -> None:
    """Note now and then which keys were used, and forget logins that are over."""
    log = structlog.get_logger("catalogue.callers")
    turn = 0
    while True:
        await asyncio.sleep(KEEP_EVERY_S)
        try:
            await note_used_keys(identities, engine)
            if turn % _PRUNE_EVERY == 0:
                await logins.prune()
        except CatalogueError as error:
            log.warning("keys and logins not kept up", reason=error.code)
        turn += 1


async def note_used_keys(identities: Identities, engine: AsyncEngine) -> None:
    """Write when the keys were last used. Raises CatalogueError."""
    used, identities.used_keys = identities.used_keys, set()
    if used:
        async with transaction(engine) as connection:
            await connection.execute(KEYS_USED, {"ids": sorted(used)})
