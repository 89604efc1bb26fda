"""The series of orders with their lines: number 1, 2, 3… of a seed, as lines of COPY text.

The products of an order are drawn from the first POOL_PRODUCTS of the product series that exist. With that many
products or more, order k is therefore the same however many products and orders there are.
"""

from dataclasses import dataclass, field
from math import ceil
from random import Random

from catalogue.seeding.documents import DOCUMENTED_ORDERS, SeededDocument, packing_list
from catalogue.seeding.itineraries import Itineraries, Itinerary
from catalogue.seeding.products import CURRENCY, Draw, product_block
from catalogue.seeding.randomness import block_generator, block_numbers, block_of, weighted
from catalogue.seeding.vocabulary import categories, people

ORDER_COLUMNS = (
    "id",
    "reference",
    "status",
    "service",
    "priority",
    "eta_date",
    "etd_date",
    "created_at",
    "updated_at",
    "terminal_id",
    "eta_driver_id",
    "etd_driver_id",
    "truck_id",
    "trailer_id",
    "customer_name",
    "pallets",
    "boxes",
    "kilos",
    "total",
    "currency",
)
LINE_COLUMNS = ("order_id", "position", "product_id", "sku", "name", "quantity", "unit_price")
POOL_PRODUCTS = 10_000
LAST_ORDER = 9_999_999

_LINE_COUNTS = weighted([(1, 8), (2, 6), (3, 4), (4, 2), (5, 1)])
_QUANTITIES = weighted([(1, 20), (2, 10), (3, 5), (4, 4), (6, 3), (10, 2), (12, 2), (24, 1)])
_SHARE_COMPANIES = 0.55
_BOX_KILOS = 12
_PALLET_KILOS = 350


@dataclass(frozen=True)
class OrderReferences:
    """The ids that orders refer to, in the order of the series they belong to.

    `product_ids` are (number in the series, id) of the pool's products, by rising number.
    """

    terminal_ids: tuple[int, ...]
    driver_ids: tuple[int, ...]
    truck_ids: tuple[int, ...]
    trailer_ids: tuple[int, ...]
    product_ids: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class OrderBlock:
    """Orders and their lines as COPY text, and the documents of the first few orders."""

    size: int
    orders: bytes
    lines: bytes
    documents: tuple[SeededDocument, ...]


@dataclass
class _Making:
    orders: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    documents: list[SeededDocument] = field(default_factory=list)

    def block(self) -> OrderBlock:
        return OrderBlock(
            size=len(self.orders),
            orders="".join(self.orders).encode(),
            lines="".join(self.lines).encode(),
            documents=tuple(self.documents),
        )


@dataclass(frozen=True)
class _Product:
    id: int
    sku: str
    name: str
    cents: int
    kilos: float


def order_reference(number: int) -> str:
    """The reference of an order of the series; of one length, so that references sort as numbers do."""
    return f"ORD-{number:07d}"


class OrderSeries:
    """The orders of one seed over given references. Making it costs about a second; its blocks are fast.

    Raises:
        ValueError: There is no product to order.
    """

    def __init__(self, seed: int, references: OrderReferences) -> None:
        if not references.product_ids:
            raise ValueError("orders need products: seed at least one product first")
        self._seed = seed
        self._references = references
        self._products = _pool(seed, references.product_ids)
        self._itineraries = Itineraries(references)
        self._customers = people()

    def block(self, block: int, *, last: int, id_offset: int) -> OrderBlock:
        """The orders of one block up to number `last`; order k gets the id `k + id_offset`."""
        generator = block_generator(self._seed, "orders", block)
        made = _Making()
        for number in block_numbers(block, last=last):
            self._add(made, number, order_id=number + id_offset, generator=generator)
        return made.block()

    def _add(self, made: _Making, number: int, *, order_id: int, generator: Random) -> None:
        draw = generator.random
        reference, customer = order_reference(number), self._customer(draw)
        items = [self._item(draw) for _ in range(_LINE_COUNTS[int(draw() * len(_LINE_COUNTS))])]
        kilos = round(sum(product.kilos * quantity for product, quantity in items), 2)
        itinerary = self._itineraries.draw(draw, kilos=kilos)
        made.orders.append(
            f"{order_id}\t{reference}\t{itinerary.columns}\t{customer}\t{_load(items, kilos, itinerary)}"
            f"\t{_euros(sum(product.cents * quantity for product, quantity in items))}\t{CURRENCY}\n"
        )
        made.lines += [
            f"{order_id}\t{position}\t{product.id}\t{product.sku}\t{product.name}\t{quantity}"
            f"\t{_euros(product.cents)}\n"
            for position, (product, quantity) in enumerate(items, start=1)
        ]
        if number <= DOCUMENTED_ORDERS:
            rows = [(product.sku, product.name, quantity) for product, quantity in items]
            made.documents.append(
                packing_list(order_id, reference, customer=customer, kilos=kilos, rows=rows)
            )

    def _item(self, draw: Draw) -> tuple[_Product, int]:
        """A product, early ones of the pool more often, and how many of it."""
        luck = draw()
        product = self._products[int(luck * luck * len(self._products))]
        return product, _QUANTITIES[int(draw() * len(_QUANTITIES))]

    def _customer(self, draw: Draw) -> str:
        known = self._customers
        company, first, last = draw(), draw(), draw()
        if company < _SHARE_COMPANIES:
            return known.companies[int(first * len(known.companies))]
        first_name = known.first_names[int(first * len(known.first_names))]
        return f"{first_name} {known.last_names[int(last * len(known.last_names))]}"


def _load(items: list[tuple[_Product, int]], kilos: float, itinerary: Itinerary) -> str:
    """Pallets, boxes and kilos: pallets only where the load is heavy or goes as freight."""
    pallets = ceil(kilos / _PALLET_KILOS) if itinerary.by_pallet or kilos > _PALLET_KILOS else 0
    boxes = max(len(items), ceil(kilos / _BOX_KILOS))
    return f"{pallets}\t{boxes}\t{kilos:.2f}"


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _pool(seed: int, product_ids: tuple[tuple[int, int], ...]) -> list[_Product]:
    kilos = {words.slug: words.kilos for words in categories()}
    ids = dict(product_ids)
    last = product_ids[-1][0]
    lines = {
        number: line
        for block in range(block_of(last) + 1)
        for number, line in zip(
            block_numbers(block, last=last), product_block(seed, block, last=last), strict=True
        )
        if number in ids
    }
    return [_product(ids[number], line.split("\t"), kilos) for number, line in lines.items()]


def _product(product_id: int, columns: list[str], kilos: dict[str, float]) -> _Product:
    sku, name, _, category, _, price, *_ = columns
    return _Product(
        id=product_id, sku=sku, name=name, cents=int(price.replace(".", "")), kilos=kilos[category]
    )
