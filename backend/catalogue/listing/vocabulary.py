"""The words of a collection, in memory: which are known, which belong together, which begin like this, which is meant."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import accumulate

from cachetools import LRUCache
from rapidfuzz import process
from rapidfuzz.distance import OSA

WORDS_AT_A_TIME = 2_048
"""So many words are compared before other requests get their turn: well under a millisecond."""

SHORTEST_CORRECTED = 3
LONGEST_WITH_ONE_MISTAKE = 5
REMEMBERED = 4_096
MAX_COMPLETIONS = 10
SHORT_PREFIX = 2
_AFTER_PREFIX = "\U0010ffff"


class Vocabulary:
    """`counts` tells in how many of the `rows` a word is; `codes` are some or all codes, which tell how they are spread."""

    def __init__(self, counts: Mapping[str, int], *, rows: int, codes: Sequence[str] = ()) -> None:
        self.rows = rows
        self._counts = counts
        self._ordered = sorted(counts)
        self._sums = [0, *accumulate(counts[word] for word in self._ordered)]
        self._codes = sorted(codes)
        letters = (word for word in self._ordered if word.isalpha() and len(word) >= SHORTEST_CORRECTED)
        self._by_length = sorted(letters, key=len)
        self._short_completions = _completions_of_short(counts)
        self._completions: LRUCache[str, list[str]] = LRUCache(REMEMBERED)
        self._nearest: LRUCache[tuple[str, bool], str | None] = LRUCache(REMEMBERED)

    def count(self, word: str) -> int:
        """In how many rows a word or one of its forms is, at the most."""
        return self._counts.get(word, 0) + sum(self._counts[form] for form in self.forms(word))

    def count_prefix(self, prefix: str) -> int:
        """In how many rows a word is that begins like this, at the most."""
        first, end = self._range(prefix)
        return min(self._sums[end] - self._sums[first], self.rows)

    def knows(self, word: str, *, prefix: bool) -> bool:
        """Whether rows have the word, a form of it, or (`prefix`) a word that begins with it."""
        if word in self._counts or self.forms(word):
            return True
        first, end = self._range(word) if prefix else (0, 0)
        return end > first

    def forms(self, word: str) -> tuple[str, ...]:
        """The other forms of a word that rows have: its plural or its singular."""
        return tuple(form for form in _inflected(word) if form in self._counts)

    def completions(self, prefix: str) -> list[str]:
        """Words that begin like this, at most ten, those of most rows first."""
        if len(prefix) <= SHORT_PREFIX:
            return self._short_completions.get(prefix, [])
        if (known := self._completions.get(prefix)) is None:
            first, end = self._range(prefix)
            words = (word for word in self._ordered[first:end] if word.isalnum())
            known = self._completions[prefix] = nlargest(MAX_COMPLETIONS, words, key=self._counts.__getitem__)
        return known

    def count_codes(self, prefix: str) -> int:
        """About how many codes begin like this."""
        first, end = (bisect_left(self._codes, edge) for edge in (prefix, prefix + _AFTER_PREFIX))
        return (end - first) * self.rows // max(len(self._codes), 1)

    async def nearest(self, word: str, *, prefix: bool = False) -> str | None:
        """The known word that was probably meant: the fewest mistakes, then the same first letter, then most rows.

        Of a word of up to five letters one is forgiven (left out, put in, changed, or two swapped), of a longer one
        two. With `prefix` it may also be the beginning of a word that was meant.
        """
        if (word, prefix) not in self._nearest:
            parts = self._beginnings(len(word)) if prefix else self._near_in_length(word)
            self._nearest[word, prefix] = await self._nearest_of(word, parts)
        return self._nearest[word, prefix]

    async def _nearest_of(self, word: str, parts: Iterator[Sequence[str]]) -> str | None:
        if len(word) < SHORTEST_CORRECTED:
            return None
        found: list[tuple[float, bool, int, str]] = []
        for part in parts:
            matches = process.extract(
                word, part, scorer=OSA.distance, score_cutoff=_forgiven(word), limit=None
            )
            found += [
                (distance, near[0] != word[0], -self._weight(near), near) for near, distance, _ in matches
            ]
            await asyncio.sleep(0)
        return min(found)[-1] if found else None

    def _near_in_length(self, word: str) -> Iterator[Sequence[str]]:
        yield from self._parts(len(word) - _forgiven(word), len(word) + _forgiven(word))

    def _beginnings(self, length: int) -> Iterator[Sequence[str]]:
        for part in self._parts(length):
            yield list({longer[:length] for longer in part})

    def _parts(self, shortest: int, longest: int | None = None) -> Iterator[Sequence[str]]:
        """Words of such a length, some at a time."""
        first = bisect_left(self._by_length, shortest, key=len)
        end = len(self._by_length) if longest is None else bisect_right(self._by_length, longest, key=len)
        for start in range(first, end, WORDS_AT_A_TIME):
            yield self._by_length[start : min(start + WORDS_AT_A_TIME, end)]

    def _weight(self, word: str) -> int:
        return self._counts.get(word) or self.count_prefix(word)

    def _range(self, prefix: str) -> tuple[int, int]:
        return bisect_left(self._ordered, prefix), bisect_left(self._ordered, prefix + _AFTER_PREFIX)


def _completions_of_short(counts: Mapping[str, int]) -> dict[str, list[str]]:
    """The completions of one and two letters, which would take long to choose among so many words."""
    found: dict[str, list[str]] = {}
    for word in sorted(counts, key=counts.__getitem__, reverse=True):
        if word.isalnum():
            for length in range(1, SHORT_PREFIX + 1):
                known = found.setdefault(word[:length], [])
                if len(known) < MAX_COMPLETIONS and word not in known:
                    known.append(word)
    return found


def _forgiven(word: str) -> int:
    return 1 if len(word) <= LONGEST_WITH_ONE_MISTAKE else 2


def _inflected(word: str) -> Iterator[str]:
    """English plurals and singulars that a word may have; only those that are known words are used."""
    if len(word) < SHORTEST_CORRECTED:
        return
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("ves"):
        yield from (word[:-3] + "f", word[:-3] + "fe")
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
    else:
        yield from (word + "s", word + "es")
    if word.endswith("y"):
        yield word[:-1] + "ies"
    if word.endswith(("f", "fe")):
        yield word.removesuffix("e")[:-1] + "ves"
