"""`python -m loadtests.benchmarks.growth_indexes`: build the list indexes of the products' lists that stand on standard input.

One address a line. They are put where the API finds them. The API itself takes four times as long to rest as to build,
so that people do not notice; of sixteen lists of ten million rows that makes a quarter of an hour.
"""

import asyncio
import sys
from urllib.parse import urlsplit

from redis.asyncio import Redis

from catalogue.db.reading import ReadSession, read_pool
from catalogue.listing.index_building import IndexBuilder
from catalogue.listing.index_store import IndexStore
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS
from catalogue.settings import load_settings

_REDIS_TIMEOUT_S = 5.0
_SIDE_BY_SIDE = 2


async def build_indexes(addresses: list[str]) -> None:
    """Build those that are not there, two at a time."""
    settings = load_settings()
    redis = Redis.from_url(settings.redis.redis_url)
    store = IndexStore(redis, timeout_s=_REDIS_TIMEOUT_S, database_url=settings.database.database_url)
    async with redis, read_pool(settings.database) as connections:
        builder = IndexBuilder(ReadSession(connections, wait_s=1.0), store)
        requests = [parse_request(PRODUCTS, urlsplit(address).query.encode()) for address in addresses]
        waiting = iter({request.upward.digest: request for request in requests}.values())

        async def work() -> None:
            for request in waiting:
                await builder.build(request)

        await asyncio.gather(*(work() for _ in range(_SIDE_BY_SIDE)))


if __name__ == "__main__":
    asyncio.run(build_indexes(sys.stdin.read().split()))
