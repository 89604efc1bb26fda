"""What is true of a seeded database; nothing here changes it."""

import hashlib
from pathlib import Path

from tests.conftest import Ask


def test_totals_are_the_sums_of_the_lines(ask: Ask, shop: str) -> None:
    wrong = """
        SELECT orders.id FROM orders LEFT JOIN order_lines AS line ON line.order_id = orders.id
        GROUP BY orders.id HAVING sum(quantity * unit_price) IS DISTINCT FROM total
    """
    assert ask(wrong, url=shop) == []


def test_lines_say_what_their_products_say(ask: Ask, shop: str) -> None:
    other = """
        SELECT line.sku FROM order_lines AS line JOIN products AS product ON product.id = line.product_id
        WHERE (line.sku, line.name, line.unit_price) <> (product.sku, product.name, product.price)
    """
    assert ask(other, url=shop) == []


def test_first_two_hundred_orders_have_their_packing_list_on_disk(
    ask: Ask, shop: str, shop_data_dir: Path
) -> None:
    documents = ask(
        "SELECT storage_key, size_bytes, sha256, content, reference FROM order_documents AS document"
        " JOIN document_texts ON document_id = document.id JOIN orders ON orders.id = order_id",
        url=shop,
    )
    assert len(documents) == 200
    for key, size, digest, content, reference in documents:
        data = (shop_data_dir / "documents" / key).read_bytes()
        assert (len(data), hashlib.sha256(data).digest(), data.decode()) == (size, digest, content)
        assert reference in content


def test_index_only_scans_work_at_once(ask: Ask, shop: str) -> None:
    assert (
        ask(
            "SELECT relname FROM pg_class WHERE relname IN ('products', 'orders', 'order_lines')"
            " AND relallvisible < relpages",
            url=shop,
        )
        == []
    )


def test_statistics_are_there_at_once(ask: Ask, shop: str) -> None:
    analysed = ask(
        "SELECT DISTINCT tablename FROM pg_stats WHERE tablename IN ('products', 'orders', 'order_lines')",
        url=shop,
    )
    assert len(analysed) == 3
