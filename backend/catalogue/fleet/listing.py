"""Terminals, drivers, trucks and trailers as lists, declared."""

from catalogue.fleet.models import Driver, Terminal, Trailer, Truck
from catalogue.listing.declaration import Collection, column_sorts, equals, ids
from catalogue.listing.values import word

_RECORD = ("created_at", "updated_at", "version")

TERMINALS = Collection(
    name="terminals",
    model=Terminal,
    fields=("id", "name", "account_code", "city", "country", *_RECORD),
    filters=(
        equals("name", word(300), Terminal.name, description="name, in full"),
        equals("account_code", word(64), Terminal.account_code, description="account code, in full"),
        equals("city", word(100), Terminal.city, description="city, in full"),
        equals("country", word(2), Terminal.country, description="ISO 3166 country code"),
        ids(Terminal.id),
    ),
    sorts=column_sorts(Terminal, "id", "name", "account_code", "city", "country", "created_at"),
    tags={"ids": "id"},
)

DRIVERS = Collection(
    name="drivers",
    model=Driver,
    fields=("id", "name", "phone", *_RECORD),
    filters=(
        equals("name", word(300), Driver.name, description="name, in full"),
        equals("phone", word(40), Driver.phone, description="telephone number, in full"),
        ids(Driver.id),
    ),
    sorts=column_sorts(Driver, "id", "name", "created_at"),
    tags={"ids": "id"},
)

TRUCKS = Collection(
    name="trucks",
    model=Truck,
    fields=("id", "license_plate", *_RECORD),
    filters=(
        equals("license_plate", word(20), Truck.license_plate, description="licence plate, in full"),
        ids(Truck.id),
    ),
    sorts=column_sorts(Truck, "id", "license_plate", "created_at"),
    tags={"ids": "id"},
)

TRAILERS = Collection(
    name="trailers",
    model=Trailer,
    fields=("id", "license_plate", *_RECORD),
    filters=(
        equals("license_plate", word(20), Trailer.license_plate, description="licence plate, in full"),
        ids(Trailer.id),
    ),
    sorts=column_sorts(Trailer, "id", "license_plate", "created_at"),
    tags={"ids": "id"},
)
