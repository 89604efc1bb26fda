"""What can be asked and cached: one object for all spellings of the same question."""

from collections.abc import Callable
from dataclasses import dataclass
from re import Match, Pattern
from typing import TYPE_CHECKING, Literal

from catalogue.caching.dependencies import Dependency
from catalogue.changes.moves import Borders
from catalogue.listing.list_request import ListRequest

if TYPE_CHECKING:
    from catalogue.caching.entry import Entry

Kind = Literal["list", "record", "stats", "values"]


@dataclass(frozen=True, slots=True)
class Question:
    """A request as a route understands it: parameters in one spelling and what its answer depends on.

    Where `shown` has something, it is `dependencies` with any change of the dataset's rows: an answer is as new as
    `dependencies`, the rows that it shows, which are known when it is made, and the numbers that crossed `borders` or,
    where its facets are exact, `facet_borders`. `counts_same_rows` says that no number's move makes the facets count other
    rows: only those of rows that they count are a matter of theirs.
    """

    parameters: str
    dependencies: frozenset[Dependency]
    request: ListRequest | None = None
    shown: frozenset[Dependency] = frozenset()
    borders: tuple[Borders, ...] = ()
    facet_borders: tuple[Borders, ...] = ()
    counts_same_rows: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CachedRoute:
    """A route whose answers are cached.

    `understand` gets the match of `pattern` with the path and the query string; it raises CatalogueError for what the
    route will refuse. `template` names the route in metrics.
    """

    template: str
    pattern: Pattern[str]
    kind: Kind
    understand: Callable[[Match[str], bytes], Question]


class Address:
    """One question, its current entry in this worker, and its epoch as far as it is known.

    `provisional_s` is how long its answer was kept that was only provisional; 0 when the last one was not.
    """

    __slots__ = (
        "__weakref__",
        "asked",
        "canonical",
        "cost_s",
        "entry",
        "epoch",
        "path",
        "position",
        "provisional_s",
        "query_string",
        "question",
        "refreshing",
        "route",
    )

    def __init__(self, route: CachedRoute, question: Question, *, path: str, query_string: bytes) -> None:
        self.route = route
        self.question = question
        self.path = path
        self.query_string = query_string
        self.canonical = f"{path}?{question.parameters}"
        self.entry: Entry | None = None
        self.epoch = -1
        self.position = -1
        self.cost_s = 0.0
        self.provisional_s = 0.0
        self.asked = 0
        self.refreshing = False

    @property
    def text(self) -> str:
        """As it was first written: path and query string."""
        query = self.query_string.decode("ascii", "replace")
        return f"{self.path}?{query}" if query else self.path
