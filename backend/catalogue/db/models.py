"""Every mapped table, imported once so that the metadata is complete (migrations, drift check)."""

from catalogue.callers.models import ApiKey, Login, RefreshToken, User
from catalogue.changes.models import LoggedChange
from catalogue.db.base import Base
from catalogue.fleet.models import Driver, Terminal, Trailer, Truck
from catalogue.importing.models import ImportJob, RefusedValue
from catalogue.orders.models import DocumentText, Order, OrderDocument, OrderLine
from catalogue.products.models import Brand, Category, Product
from catalogue.storage.models import Installation
from catalogue.writing.models import IdempotencyKey

__all__ = [
    "ApiKey",
    "Base",
    "Brand",
    "Category",
    "DocumentText",
    "Driver",
    "IdempotencyKey",
    "ImportJob",
    "Installation",
    "LoggedChange",
    "Login",
    "Order",
    "OrderDocument",
    "OrderLine",
    "Product",
    "RefreshToken",
    "RefusedValue",
    "Terminal",
    "Trailer",
    "Truck",
    "User",
]
