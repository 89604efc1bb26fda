"""Packing lists for the first orders: the bytes, and where they lie."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

DOCUMENTED_ORDERS = 200
CONTENT_TYPE = "text/plain"
DOCUMENT_TYPE = "packing_list"


@dataclass(frozen=True)
class SeededDocument:
    """A text document of one order."""

    order_id: int
    file_name: str
    content: str

    @property
    def data(self) -> bytes:
        return self.content.encode()

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    @property
    def storage_key(self) -> str:
        """Made from the order and the bytes, never from a name somebody chose."""
        digest = hashlib.sha256(f"{self.order_id}\n{self.content}".encode()).hexdigest()
        return f"seed/{digest[:2]}/{digest[2:4]}/{digest[4:]}"


def packing_list(
    order_id: int, reference: str, *, customer: str, kilos: float, rows: list[tuple[str, str, int]]
) -> SeededDocument:
    """The packing list of an order; `rows` are SKU, name and quantity."""
    content = "\n".join(
        (
            f"PACKING LIST {reference}",
            f"Consignee: {customer}",
            "",
            *(f"{quantity:>4} x  {sku}  {name}" for sku, name, quantity in rows),
            "",
            f"Gross weight: {kilos:.2f} kg",
            "",
        )
    )
    return SeededDocument(order_id, f"packing-list-{reference.lower()}.txt", content)


def store(document: SeededDocument, *, data_dir: Path) -> None:
    """Write the bytes under DATA_DIR/documents, durably and all at once.

    Raises:
        OSError: The directory cannot be written.
    """
    path = data_dir / "documents" / document.storage_key
    path.parent.mkdir(parents=True, exist_ok=True)
    incomplete = path.with_name(f"{path.name}.incomplete")
    with incomplete.open("wb") as file:
        file.write(document.data)
        file.flush()
        os.fsync(file.fileno())
    incomplete.replace(path)
