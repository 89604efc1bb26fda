"""The files of the import benchmark: the same rows for whoever writes them."""

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

FIELDS = (
    "sku",
    "name",
    "category",
    "brand",
    "price",
    "currency",
    "stock",
    "rating",
    "review_count",
    "description",
)

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_AT_ONCE = 1_000


def write_file(path: Path, name: str, rows: int) -> Path:
    """A CSV file of `rows` products whose SKUs begin with `name`."""
    with path.open("w") as file:
        file.write(",".join(FIELDS) + "\n")
        file.writelines(lines(name, rows, slug=False))
    return path


async def copy_source(name: str, rows: int) -> AsyncIterator[bytes]:
    """The same rows as COPY takes them, in pieces; categories and brands as slugs."""
    piece: list[str] = []
    for line in lines(name, rows, slug=True):
        piece.append(line)
        if len(piece) == _AT_ONCE:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()


def lines(name: str, rows: int, *, slug: bool) -> Iterator[str]:
    """CSV lines, always the same for a name."""
    chance = random.Random(name)
    words = ["".join(chance.choices(_LETTERS, k=chance.randint(3, 9))) for _ in range(3_000)]
    category, brand = ("cat-{}", "brand-{}") if slug else ("Cat {}", "Brand {}")
    for number in range(rows):
        yield (
            f"{name}-{number:08},{' '.join(chance.choices(words, k=4))},{category.format(number % 40)},"
            f"{brand.format(number % 200)},{chance.randint(100, 99_999) / 100:.2f},EUR,{chance.randint(0, 500)},"
            f"{chance.randint(0, 50) / 10},{chance.randint(0, 900)},{' '.join(chance.choices(words, k=12))}\n"
        )
