"""Every mapped table, imported once so that the metadata is complete (migrations, drift check)."""

from catalogue.callers.models import ApiKey, Login, RefreshToken, User
from catalogue.db.base import Base
from catalogue.fleet.models import Driver, Terminal, Trailer, Truck
from catalogue.orders.models import DocumentText, Order, OrderDocument, OrderLine
from catalogue.products.models import Brand, Category, Product

__all__ = [
    "ApiKey",
    "Base",
    "Brand",
    "Category",
    "DocumentText",
    "Driver",
    "Login",
    "Order",
    "OrderDocument",
    "OrderLine",
    "Product",
    "RefreshToken",
    "Terminal",
    "Trailer",
    "Truck",
    "User",
]
