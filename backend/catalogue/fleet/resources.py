"""Terminals, drivers, trucks and trailers as they are written, declared."""

from catalogue.fleet.listing import DRIVERS, TERMINALS, TRAILERS, TRUCKS
from catalogue.fleet.models import Driver, Terminal, Trailer, Truck
from catalogue.fleet.schemas import DriverBody, TerminalBody, VehicleBody
from catalogue.writing.declaration import Resource

RESOURCES = (
    Resource(
        model=Terminal,
        title="Terminal",
        address="/terminals",
        fields=TERMINALS.all_fields,
        body=TerminalBody,
        example={"name": "Rotterdam East", "account_code": "RTM-2", "city": "Rotterdam", "country": "NL"},
    ),
    Resource(
        model=Driver,
        title="Driver",
        address="/drivers",
        fields=DRIVERS.all_fields,
        body=DriverBody,
        example={"name": "Ada Visser", "phone": "+31 10 555 0142"},
    ),
    Resource(
        model=Truck,
        title="Truck",
        address="/trucks",
        fields=TRUCKS.all_fields,
        body=VehicleBody,
        example={"license_plate": "12-BX-JK"},
    ),
    Resource(
        model=Trailer,
        title="Trailer",
        address="/trailers",
        fields=TRAILERS.all_fields,
        body=VehicleBody,
        example={"license_plate": "OT-88-KL"},
    ),
)
