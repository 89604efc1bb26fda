"""The products table as a tutorial maps it: one entity, read whole."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    category: Mapped[str]
    brand: Mapped[str]
    price: Mapped[Decimal]
    currency: Mapped[str]
    stock: Mapped[int]
    rating: Mapped[Decimal]
    review_count: Mapped[int]
    image_url: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int]


class ProductOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    sku: str
    name: str
    category: str
    brand: str
    price: float
    currency: str
    stock: int
    rating: float
    review_count: int
    image_url: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class ProductDetail(ProductOut):
    description: str


class ProductPage(BaseModel):
    items: list[ProductOut]
    total: int
    offset: int
