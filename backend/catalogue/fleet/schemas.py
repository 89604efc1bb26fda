"""What clients send of terminals, drivers, trucks and trailers."""

from typing import Annotated

from pydantic import Field, StrictStr

from catalogue.writing.values import WriteBody, text


class TerminalBody(WriteBody):
    name: Annotated[StrictStr, text(300)]
    account_code: Annotated[StrictStr, text(64)]
    city: Annotated[StrictStr, text(100)]
    country: Annotated[StrictStr, Field(pattern="^[A-Z]{2}$", description="ISO 3166")]


class DriverBody(WriteBody):
    name: Annotated[StrictStr, text(300)]
    phone: Annotated[StrictStr, text(40)]


class VehicleBody(WriteBody):
    license_plate: Annotated[StrictStr, text(20)]
