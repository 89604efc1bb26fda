"""From what was typed to what is looked for: misspelt words, other forms, and how the matches are put in order."""

import re
from dataclasses import replace
from math import isqrt, prod

from cachetools import TTLCache

from catalogue.db.reading import ReadSession
from catalogue.listing.declaration import Collection
from catalogue.listing.list_request import ListRequest
from catalogue.listing.search import typed_code
from catalogue.listing.search_terms import Alternatives, Term, parse_terms, text_query, written
from catalogue.listing.search_text import SearchText
from catalogue.listing.vocabulary import Vocabulary
from catalogue.listing.vocabulary_reading import Vocabularies
from catalogue.listing.vocabulary_statements import present_statement

FEW_MATCHES = 2_000
"""So many rows are ranked about as fast as a page is read."""

_WALKED_ROWS = 50
_WORDS = re.compile(r"\w+")
DECIDED_LIFETIME_S = 120
MAX_DECIDED = 10_000


class Searches:
    """Looks up searches for one worker."""

    def __init__(self, reader: ReadSession, vocabularies: Vocabularies) -> None:
        self._reader = reader
        self.vocabularies = vocabularies
        self._common: TTLCache[str, bool] = TTLCache(MAX_DECIDED, DECIDED_LIFETIME_S)

    async def looked_up(
        self, request: ListRequest, *, may_walk: bool = True, beginnings: bool = False
    ) -> ListRequest:
        """The request with its `q` as the vocabulary understands it; unchanged when it has none.

        With `beginnings` the last word may also be the misspelt beginning of a word. Raises Unavailable.
        """
        if (typed := request.typed_search) is None:
            return request
        terms = parse_terms(typed)
        vocabulary = self.vocabularies.of(request.collection)
        if vocabulary is None:
            return request.searching(SearchText(typed, text_query(terms) or ""))
        corrected = await self._corrected(request.collection, vocabulary, typed, terms, beginnings=beginnings)
        search = SearchText(
            typed=typed,
            query=text_query(corrected, vocabulary.forms) or "",
            corrected=None if corrected == terms else written(corrected),
        )
        plain = request.searching(search)
        if not may_walk or not self._is_common(plain, vocabulary, corrected):
            return plain
        return request.searching(replace(search, common=True))

    def ranked(self, request: ListRequest) -> ListRequest:
        """The request where walking took too long: its matches are few after all. Remembered for a while."""
        if request.search is None or request.typed_before is None:
            return request
        plain = request.typed_before.searching(replace(request.search, common=False))
        self._common[plain.digest] = False
        return plain

    def _is_common(self, plain: ListRequest, vocabulary: Vocabulary, terms: Alternatives) -> bool:
        """Whether so many rows match that walking finds a page of them sooner than ranking.

        Ranking looks at all matches; walking a table of n rows of which m match looks at some 50·n/m for a page.
        """
        digest = plain.digest
        if (decided := self._common.get(digest)) is None:
            few = max(FEW_MATCHES, isqrt(_WALKED_ROWS * vocabulary.rows))
            code = vocabulary.count_codes(typed_code(plain.search.typed if plain.search else ""))
            decided = self._common[digest] = max(_expected(terms, vocabulary), code) > few
        return decided

    async def _corrected(
        self,
        collection: Collection,
        vocabulary: Vocabulary,
        typed: str,
        terms: Alternatives,
        *,
        beginnings: bool,
    ) -> Alternatives:
        """The terms with each word that no row has replaced by the nearest that some row has."""
        unknown = {
            word: term.prefix
            for alternative in terms
            for term in alternative
            for word in term.words
            if not vocabulary.knows(word, prefix=term.prefix)
        }
        if not unknown or vocabulary.count_codes(typed_code(typed)):
            return terms
        unknown = await self._absent(collection, unknown)
        meant = {
            word: await vocabulary.nearest(word, prefix=prefix and beginnings)
            for word, prefix in unknown.items()
        }
        return [[_replaced(term, meant) for term in alternative] for alternative in terms]

    async def _absent(self, collection: Collection, unknown: dict[str, bool]) -> dict[str, bool]:
        """Those that really no row has: a vocabulary may be old, and that of a large table is of a sample."""
        queries = [f"'{word}'{':*' if prefix else ''}" for word, prefix in unknown.items()]
        rows = await self._reader.rows(present_statement(collection), {"queries": queries})
        present = {row[0] for row in rows}
        return {
            word: prefix for number, (word, prefix) in enumerate(unknown.items()) if number not in present
        }


def _expected(terms: Alternatives, vocabulary: Vocabulary) -> float:
    """About how many rows match, as if words were independent of each other."""
    rows = max(vocabulary.rows, 1)
    return sum(
        rows * prod(min(_matches(term, vocabulary) / rows, 1.0) for term in alternative)
        for alternative in terms
    )


def _matches(term: Term, vocabulary: Vocabulary) -> int:
    """In how many rows the term is, at the most."""
    *words, last = _WORDS.findall(term.text.lower())
    counts = [vocabulary.count(word) for word in words]
    counts.append(vocabulary.count_prefix(last) if term.prefix else vocabulary.count(last))
    rows = max(vocabulary.rows, 1)
    share = prod(min(count / rows, 1.0) for count in counts)
    return round(rows * (1 - share if term.excluded else share))


def _replaced(term: Term, meant: dict[str, str | None]) -> Term:
    if term.excluded:
        return term
    words = [meant.get(word.lower()) or word for word in (term.text.split() if term.phrase else [term.text])]
    return replace(term, text=" ".join(words))
