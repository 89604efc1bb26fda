from pathlib import Path

import pytest

from catalogue.seeding import seed
from catalogue.seeding.progress import SilentProgress
from catalogue.seeding.running import SeedCounts
from tests.conftest import Ask

STRUCTURE = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated
FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1
"""
ORDERS_WITH_LINES = """
SELECT reference, status, eta_date, total, customer_name, line.sku, line.quantity, line.unit_price
FROM orders JOIN order_lines AS line ON line.order_id = orders.id ORDER BY reference, position
"""


@pytest.fixture
def fill(database: str, tmp_path: Path) -> "Fill":
    return Fill(database, tmp_path)


class Fill:
    def __init__(self, url: str, data_dir: Path) -> None:
        self.url, self.data_dir = url, data_dir

    def __call__(self, *, products: int, orders: int, url: str | None = None) -> SeedCounts:
        return seed(
            url or self.url,
            products=products,
            orders=orders,
            data_dir=self.data_dir,
            progress=SilentProgress(),
        )


def test_empty_database_gets_what_was_asked_for(fill: Fill, ask: Ask) -> None:
    assert fill(products=300, orders=250) == SeedCounts(products=300, orders=250)
    assert ask("SELECT (SELECT count(*) FROM products), (SELECT count(*) FROM orders)") == [(300, 250)]
    assert ask("SELECT count(*) FROM terminals") == [(60,)]
    assert ask("SELECT count(*) FROM drivers") == [(400,)]


def test_indexes_and_constraints_are_as_they_were(fill: Fill, ask: Ask) -> None:
    before = ask(STRUCTURE)
    fill(products=50, orders=50)
    assert ask(STRUCTURE) == before


def test_second_run_does_nothing(fill: Fill, ask: Ask) -> None:
    fill(products=50, orders=50)
    before = ask("SELECT id, xmin::text FROM products UNION ALL SELECT id, xmin::text FROM orders")
    assert fill(products=50, orders=50) == SeedCounts(products=0, orders=0)
    assert ask("SELECT id, xmin::text FROM products UNION ALL SELECT id, xmin::text FROM orders") == before


def test_topping_up_products_makes_what_a_larger_first_run_makes(
    fill: Fill, ask: Ask, second_database: str
) -> None:
    products = "SELECT sku, name, description, price, stock, rating, created_at FROM products ORDER BY sku"
    fill(products=1_200, orders=0)
    assert fill(products=2_500, orders=0) == SeedCounts(products=1_300, orders=0)
    fill(products=2_500, orders=0, url=second_database)
    assert ask(products) == ask(products, url=second_database)


def test_topping_up_orders_makes_what_a_larger_first_run_makes(
    fill: Fill, ask: Ask, second_database: str
) -> None:
    fill(products=500, orders=70)
    assert fill(products=500, orders=1_100) == SeedCounts(products=0, orders=1_030)
    fill(products=500, orders=1_100, url=second_database)
    assert ask(ORDERS_WITH_LINES) == ask(ORDERS_WITH_LINES, url=second_database)


def test_rows_that_users_added_are_left_alone(fill: Fill, ask: Ask) -> None:
    fill(products=10, orders=10)
    ask("INSERT INTO brands (slug, label) VALUES ('mine', 'Mine')")
    ask(
        "INSERT INTO products (sku, name, category, brand, price, currency)"
        " VALUES ('CTL-00000012', 'Mine', 'audio', 'mine', 1, 'EUR'), ('own', 'Own', 'audio', 'mine', 1, 'EUR')"
    )
    ask("UPDATE products SET name = 'Renamed' WHERE sku = 'CTL-00000003'")
    assert fill(products=20, orders=20) == SeedCounts(products=9, orders=10)
    kept = "SELECT name FROM products WHERE sku IN ('CTL-00000003', 'CTL-00000012', 'own') ORDER BY sku"
    assert ask(kept) == [("Renamed",), ("Mine",), ("Own",)]


def test_an_order_whose_reference_is_taken_is_left_out_with_its_lines(fill: Fill, ask: Ask) -> None:
    fill(products=10, orders=10)
    ask("UPDATE orders SET reference = 'ORD-0000015' WHERE reference = 'ORD-0000010'")
    assert fill(products=10, orders=20) == SeedCounts(products=0, orders=10)
    without_lines = "SELECT count(*) FROM orders WHERE id NOT IN (SELECT order_id FROM order_lines)"
    assert ask(without_lines) == [(0,)]


def test_sequences_go_on_behind_the_seeded_rows(fill: Fill, ask: Ask) -> None:
    fill(products=30, orders=30)
    [(highest_product, highest_order)] = ask(
        "SELECT (SELECT max(id) FROM products), (SELECT max(id) FROM orders)"
    )
    [(product,)] = ask(
        "INSERT INTO products (sku, name, category, brand, price, currency)"
        " VALUES ('next', 'Next', 'audio', 'acme', 1, 'EUR') RETURNING id"
    )
    [(order,)] = ask(
        "INSERT INTO orders (reference, service, terminal_id, customer_name, currency)"
        " SELECT 'next', 'express', min(id), 'Someone', 'EUR' FROM terminals RETURNING id"
    )
    assert product > highest_product
    assert order > highest_order


def test_orders_without_products_are_refused(fill: Fill) -> None:
    with pytest.raises(ValueError, match="orders need products"):
        fill(products=0, orders=5)
