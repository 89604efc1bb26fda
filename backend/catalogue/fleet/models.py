"""Terminals, drivers, trucks and trailers: what an order travels with."""

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.db.base import Base, Record, SortableText


class Terminal(Record, Base):
    __tablename__ = "terminals"
    __table_args__ = (
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        Index(None, "name", "id"),
    )

    name: Mapped[str] = mapped_column(SortableText)
    account_code: Mapped[str] = mapped_column(SortableText, unique=True)
    city: Mapped[str] = mapped_column(SortableText)
    country: Mapped[str] = mapped_column(SortableText)


class Driver(Record, Base):
    __tablename__ = "drivers"
    __table_args__ = (Index(None, "name", "id"),)

    name: Mapped[str] = mapped_column(SortableText)
    phone: Mapped[str] = mapped_column(Text)


class Truck(Record, Base):
    __tablename__ = "trucks"

    license_plate: Mapped[str] = mapped_column(SortableText, unique=True)


class Trailer(Record, Base):
    __tablename__ = "trailers"

    license_plate: Mapped[str] = mapped_column(SortableText, unique=True)
