"""Orders with their lines, documents and the text taken from those documents."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.db.base import Base, Record, SortableText
from catalogue.listing.cells import AMOUNT, cell_tables


class OrderStatus(StrEnum):
    DRAFT = "draft"
    CONFIRMED = "confirmed"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class OrderService(StrEnum):
    ECONOMY = "economy"
    STANDARD = "standard"
    EXPRESS = "express"
    FREIGHT = "freight"


class OrderPriority(StrEnum):
    """In rising order, which is the order that `sort=priority` follows."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class DocumentType(StrEnum):
    CMR = "cmr"
    INVOICE = "invoice"
    PACKING_LIST = "packing_list"
    PHOTO = "photo"
    OTHER = "other"


class TextsStatus(StrEnum):
    """Whether the text of a document has been taken from it."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


def database_enum(kind: type[StrEnum], name: str) -> Enum:
    return Enum(kind, name=name, values_callable=lambda members: [member.value for member in members])


class Order(Record, Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("char_length(reference) BETWEEN 1 AND 64", name="reference"),
        CheckConstraint("char_length(customer_name) BETWEEN 1 AND 300", name="customer_name"),
        CheckConstraint("pallets >= 0", name="pallets"),
        CheckConstraint("boxes >= 0", name="boxes"),
        CheckConstraint("kilos >= 0", name="kilos"),
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        *(Index(None, name, "id") for name in ("reference", "created_at", "total", "priority", "kilos")),
        *(
            Index(f"ix_orders_{name}", text(f"coalesce({name}, 'infinity'::date)"), "id")
            for name in ("eta_date", "etd_date")
        ),
        *(
            Index(None, name, "created_at", "id")
            for name in (
                "status",
                "service",
                "priority",
                "terminal_id",
                "eta_driver_id",
                "etd_driver_id",
                "truck_id",
                "trailer_id",
            )
        ),
        Index("ix_orders_status_eta_date", "status", text("coalesce(eta_date, 'infinity'::date)"), "id"),
        Index("ix_orders_search", "search", postgresql_using="gin"),
    )

    reference: Mapped[str] = mapped_column(SortableText, unique=True)
    status: Mapped[OrderStatus] = mapped_column(
        database_enum(OrderStatus, "order_status"), server_default="draft"
    )
    service: Mapped[OrderService] = mapped_column(database_enum(OrderService, "order_service"))
    priority: Mapped[OrderPriority] = mapped_column(
        database_enum(OrderPriority, "order_priority"), server_default="normal"
    )
    terminal_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("terminals.id"))
    eta_date: Mapped[date | None] = mapped_column(Date)
    etd_date: Mapped[date | None] = mapped_column(Date)
    eta_driver_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("drivers.id"))
    etd_driver_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("drivers.id"))
    truck_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("trucks.id"))
    trailer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("trailers.id"))
    customer_name: Mapped[str] = mapped_column(Text)
    pallets: Mapped[int] = mapped_column(Integer, server_default="0")
    boxes: Mapped[int] = mapped_column(Integer, server_default="0")
    kilos: Mapped[Decimal] = mapped_column(Numeric(12, 2), server_default="0")
    total: Mapped[Decimal] = mapped_column(Numeric(14, 2), server_default="0")
    currency: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('simple', catalogue_fold(reference || ' ' || customer_name))", persisted=True),
        deferred=True,
    )


class OrderLine(Base):
    """One product of an order; sku, name and price are as they were when it was ordered."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        Index(None, "product_id", "order_id"),
    )

    order_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    product_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("products.id"))
    sku: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Decimal] = mapped_column(Numeric(12, 2))


class OrderDocument(Base):
    """A file that belongs to an order; its bytes lie in the document storage under `storage_key`."""

    __tablename__ = "order_documents"
    __table_args__ = (
        CheckConstraint("size_bytes > 0", name="size_bytes"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        Index(None, "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id", ondelete="CASCADE"))
    type: Mapped[DocumentType] = mapped_column(database_enum(DocumentType, "document_type"))
    file_name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes]
    storage_key: Mapped[str] = mapped_column(Text, unique=True)
    texts_status: Mapped[TextsStatus] = mapped_column(
        database_enum(TextsStatus, "texts_status"), server_default="pending"
    )
    texts_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class DocumentText(Base):
    """The text of one page of a document, counted from 1."""

    __tablename__ = "document_texts"
    __table_args__ = (
        CheckConstraint("page > 0", name="page"),
        UniqueConstraint("document_id", "page"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    document_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("order_documents.id", ondelete="CASCADE"))
    page: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(Text)


ORDER_CELLS = cell_tables(
    "orders",
    "order",
    dimensions=[
        ("status", Order.__table__.c.status.type),
        ("service", Order.__table__.c.service.type),
        ("priority", Order.__table__.c.priority.type),
        ("terminal", BigInteger()),
    ],
    measures=[("total", AMOUNT), ("pallets", BigInteger()), ("boxes", BigInteger()), ("kilos", AMOUNT)],
)
"""How many orders there are of each status, service, priority and terminal."""
