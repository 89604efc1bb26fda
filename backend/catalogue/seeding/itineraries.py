"""How an order travels: status, service, dates, drivers and vehicles that fit each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Protocol

from catalogue.seeding.products import Draw
from catalogue.seeding.randomness import ANCHOR_DAY, HISTORY_DAYS, second_texts, weighted

STATUSES = weighted(
    [("delivered", 52), ("confirmed", 17), ("in_transit", 15), ("draft", 8), ("cancelled", 8)]
)
SERVICES = weighted([("standard", 45), ("economy", 25), ("express", 18), ("freight", 12)])
PRIORITIES = weighted([("normal", 62), ("high", 18), ("low", 14), ("urgent", 6)])
TRANSIT_DAYS = {"express": (1, 2), "standard": (2, 5), "economy": (4, 10), "freight": (5, 21)}
"""The fewest and the most days on the road."""

_NULL = "\\N"
_SHARE_UNDATED = {"draft": 0.6, "cancelled": 0.3}
_SHARE_WITHOUT_CREW = {"draft": 0.85, "cancelled": 0.5, "confirmed": 0.15}
_TRAILER_KILOS = 400
_HANDLING_DAYS = 5


class Fleet(Protocol):
    """The ids an itinerary refers to."""

    @property
    def terminal_ids(self) -> Sequence[int]: ...
    @property
    def driver_ids(self) -> Sequence[int]: ...
    @property
    def truck_ids(self) -> Sequence[int]: ...
    @property
    def trailer_ids(self) -> Sequence[int]: ...


@dataclass(frozen=True)
class Itinerary:
    """`columns` is COPY text from status to trailer_id, as ORDER_COLUMNS has them; `by_pallet` for freight."""

    columns: str
    by_pallet: bool


class Itineraries:
    """Draws itineraries over a fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._days = _day_texts()
        self._seconds = second_texts()

    def draw(self, draw: Draw, *, kilos: float) -> Itinerary:
        """One itinerary for a load; always the same number of draws for the same status."""
        status = STATUSES[int(draw() * len(STATUSES))]
        service = SERVICES[int(draw() * len(SERVICES))]
        priority = PRIORITIES[int(draw() * len(PRIORITIES))]
        days = self._dates(draw, status, service)
        crew = self._crew(draw, status, heavy=service == "freight" or kilos > _TRAILER_KILOS)
        return Itinerary(
            columns=f"{status}\t{service}\t{priority}\t{days}\t{crew}", by_pallet=service == "freight"
        )

    def _dates(self, draw: Draw, status: str, service: str) -> str:
        """eta_date, etd_date, created_at, updated_at: days are counted from the start of the history."""
        fewest, most = TRANSIT_DAYS[service]
        transit = fewest + int(draw() * (most - fewest + 1))
        handling = 1 + int(draw() * _HANDLING_DAYS)
        departure = _departure(draw, status, transit=transit, handling=handling)
        created = min(departure - handling, HISTORY_DAYS - 1)
        updated = min(departure + (transit if status == "delivered" else 0), HISTORY_DAYS - 1)
        undated = draw() < _SHARE_UNDATED.get(status, 0.0)
        eta, etd = (_NULL, _NULL) if undated else (self._days[departure + transit], self._days[departure])
        first, second = sorted((int(draw() * 86_400), int(draw() * 86_400)))
        return (
            f"{eta}\t{etd}\t{self._days[created]} {self._seconds[first]}"
            f"\t{self._days[max(created, updated)]} {self._seconds[second]}"
        )

    def _crew(self, draw: Draw, status: str, *, heavy: bool) -> str:
        """terminal_id, eta_driver_id, etd_driver_id, truck_id, trailer_id; the last four may be NULL."""
        fleet = self._fleet
        terminal = fleet.terminal_ids[int(draw() * len(fleet.terminal_ids))]
        departing = fleet.driver_ids[int(draw() * len(fleet.driver_ids))]
        relieved = fleet.driver_ids[int(draw() * len(fleet.driver_ids))]
        truck = fleet.truck_ids[int(draw() * len(fleet.truck_ids))]
        trailer = fleet.trailer_ids[int(draw() * len(fleet.trailer_ids))]
        same_driver, crewless, extra_trailer = draw() < 0.6, draw(), draw() < 0.25
        if crewless < _SHARE_WITHOUT_CREW.get(status, 0.0):
            return f"{terminal}\t{_NULL}\t{_NULL}\t{_NULL}\t{_NULL}"
        arriving = departing if same_driver else relieved
        return f"{terminal}\t{arriving}\t{departing}\t{truck}\t{trailer if heavy or extra_trailer else _NULL}"


def _departure(draw: Draw, status: str, *, transit: int, handling: int) -> int:
    """The day of departure, so that the status is true on the anchor day (HISTORY_DAYS)."""
    share = draw()
    if status == "delivered":
        return handling + int(share * (HISTORY_DAYS - transit - handling))
    if status == "in_transit":
        return HISTORY_DAYS - transit + int(share * transit)
    if status == "cancelled":
        return handling + int(share * (HISTORY_DAYS - handling))
    return HISTORY_DAYS + int(share * 2 * handling) // 2


@cache
def _day_texts() -> list[str]:
    """Days from the start of the history to two months after the anchor day."""
    first = ANCHOR_DAY - timedelta(days=HISTORY_DAYS)
    return [(first + timedelta(days=day)).isoformat() for day in range(HISTORY_DAYS + 60)]
