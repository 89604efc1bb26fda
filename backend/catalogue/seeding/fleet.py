"""Terminals, drivers, trucks and trailers of the seeded company."""

from catalogue.seeding.vocabulary import people

TRUCKS = 300
TRAILERS = 300

_TERMINAL_KINDS = ("Freight Terminal", "Distribution Centre", "Cross Dock")


def terminals() -> list[tuple[str, str, str, str]]:
    """Sixty terminals: name, account code, city, country."""
    return [
        (f"{city} {_TERMINAL_KINDS[index % 3]}", f"TRM-{index:03d}", city, country)
        for index, (city, country) in enumerate(people().cities, start=1)
    ]


def drivers() -> list[tuple[str, str]]:
    """Four hundred drivers: name, phone. No two share a phone."""
    known = people()
    first, last = known.first_names, known.last_names
    return [
        (f"{first[index * 7 % len(first)]} {last[index * 11 % len(last)]}", phone)
        for index, phone in enumerate(known.phones)
    ]


def truck_plates() -> list[tuple[str]]:
    return [(plate,) for plate in people().license_plates[:TRUCKS]]


def trailer_plates() -> list[tuple[str]]:
    return [(plate,) for plate in people().license_plates[TRUCKS : TRUCKS + TRAILERS]]
