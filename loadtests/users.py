"""Everybody a load test knows. A kind of your own is a class here or beside it: see `loadtests/people/shopper.py`."""

from loadtests.people.clerk import Clerk
from loadtests.people.hostile import Hostile
from loadtests.people.importer import Importer
from loadtests.people.reader import Reader
from loadtests.people.shopper import Shopper
from loadtests.people.stranger import Stranger

__all__ = ["Clerk", "Hostile", "Importer", "Reader", "Shopper", "Stranger"]
