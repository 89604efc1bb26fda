"""A write in one category: which pages stay hot."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from loadtests.cache.connections import connected
from loadtests.cache.stage import Stage
from loadtests.writing.report import Finding, exactly

_CONNECTIONS = 24
_HITS = {"HIT-LOCAL"}


async def categories(stage: Stage) -> Sequence[Finding]:
    """First pages of all categories are hot in every worker; then a product of one of them changes."""
    served = stage.served
    async with served.database() as database, connected(served.address, _CONNECTIONS) as connections:
        rows = await database.fetch(
            "SELECT min(id) AS id, category FROM products GROUP BY category ORDER BY 2"
        )
        pages = {row["category"]: f"/products?category={row['category']}&sort=price" for row in rows}
        name = f"a write in one of {len(pages)} categories, {stage.workers} workers"

        async def tiers(category: str) -> Counter[str]:
            answers = await asyncio.gather(*(each.ask(pages[category]) for each in connections))
            return Counter(answer.tier for answer in answers)

        for _ in range(4):
            for category in pages:
                await tiers(category)
        await database.execute("UPDATE products SET price = price + 1 WHERE id = $1", rows[0]["id"])
        await asyncio.sleep(0.5)
        changed, *others = [await tiers(category) for category in pages]
    asked = sum(each.total() for each in others)
    hot = sum(each["HIT-LOCAL"] for each in others)
    shown = ", ".join(f"{tier} {count}" for tier, count in changed.most_common())
    return [
        exactly(name, f"others' pages answered from memory, of {asked:,}", hot, asked),
        Finding(
            name,
            "the changed category's page",
            shown,
            "made anew",
            reached=changed["HIT-LOCAL"] < changed.total(),
        ),
    ]
