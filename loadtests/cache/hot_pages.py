"""A write in one category: which pages stay hot."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from loadtests.cache.connections import Answer, connected
from loadtests.cache.counting import Seen
from loadtests.cache.stage import Stage
from loadtests.writing.report import Finding, at_most, exactly

_CONNECTIONS = 24
_TIMES = 4
_PATIENCE_S = 30


async def categories(stage: Stage) -> Sequence[Finding]:
    """First pages of all categories are hot in every worker; then a product of one of them changes its price."""
    served = stage.served
    async with served.database() as database, connected(served.address, _CONNECTIONS) as connections:
        rows = await database.fetch(
            "SELECT min(id) AS id, category FROM products GROUP BY category ORDER BY 2"
        )
        pages = [f"/products?category={row['category']}&sort=price" for row in rows]

        async def ask(page: str) -> list[Answer]:
            return list(await asyncio.gather(*(each.ask(page) for each in connections)))

        for _ in range(_TIMES):
            for page in pages:
                await ask(page)
        [before, *_] = await ask(pages[0])
        shown = before.json()["items"][0]["id"]
        await database.execute("UPDATE products SET price = price + 0.01 WHERE id = $1", shown)
        changed = Seen()
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                answers = await ask(pages[0])
                for answer in answers:
                    changed.note(pages[0], answer, 0.0)
                if all(answer.headers["etag"] != before.headers["etag"] for answer in answers):
                    break
        others = Counter([answer.tier for page in pages[1:] for answer in await ask(page)])
    name = f"a write in one of {len(pages)} categories, {stage.workers} workers"
    came = ", ".join(f"{tier} {count}" for tier, count in changed.tiers.most_common())
    return [
        exactly(
            name, f"others' pages from memory, of {others.total():,}", others["HIT-LOCAL"], others.total()
        ),
        at_most(
            name, f"rebuilds of the changed category's page ({came})", changed.most_rebuilds, stage.workers
        ),
    ]
