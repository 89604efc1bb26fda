"""What people type into `q`, as terms, and terms as a PostgreSQL text query that never raises.

Words are ANDed, `"…"` is a phrase, `-word` excludes, `OR` is allowed and the last word matches as a prefix.
Each word goes to PostgreSQL's own parser quoted, so that punctuation inside it is split as it was in the index.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MAX_WORDS = 16
MAX_CHARACTERS = 200
MAX_QUERY_CHARACTERS = 1_200
"""Other forms of words are added up to this length, so that a cursor that carries the query stays short."""

_TOKENS = re.compile(r'-?"[^"]*"?|\S+')
_HAS_WORD = re.compile(r"\w")
_LETTERS = re.compile(r"[^\W\d_]+")

Forms = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or one phrase, folded as the index is. The last word of a text is a `prefix`."""

    text: str
    phrase: bool = False
    excluded: bool = False
    prefix: bool = False

    @property
    def word(self) -> str | None:
        """The word as the vocabulary has it; None for what PostgreSQL's parser would take apart."""
        return self.text.lower() if not self.phrase and _LETTERS.fullmatch(self.text) else None

    @property
    def words(self) -> list[str]:
        """The words in it, as the vocabulary has them, that a person may have misspelt."""
        if self.excluded:
            return []
        if not self.phrase:
            return [] if self.word is None else [self.word]
        return [part.lower() for part in self.text.split() if _LETTERS.fullmatch(part)]

    def written(self) -> str:
        """As it would be typed."""
        quoted = f'"{self.text}"' if self.phrase else self.text
        return f"-{quoted}" if self.excluded else quoted

    def to_query(self, forms: Forms) -> str:
        """In `to_tsquery` syntax, with the other forms of a word as alternatives."""
        last = ":*" if self.prefix else ""
        found = _quoted(self.text) + last
        others = [] if self.word is None else [_quoted(form) for form in forms(self.word)]
        if others:
            found = f"({' | '.join([found, *others])})"
        return f"!{found}" if self.excluded else found


Alternatives = list[list[Term]]


def parse_terms(text: str) -> Alternatives:
    """Terms that are ANDed, in alternatives that are ORed; empty when there is no word to look for."""
    alternatives: Alternatives = [[]]
    tokens = _TOKENS.findall(text[:MAX_CHARACTERS])[:MAX_WORDS]
    for index, token in enumerate(tokens):
        if token == "OR":  # noqa: S105 - a word of the query language
            alternatives.append([])
        elif (term := _term(token, last=index == len(tokens) - 1)) is not None:
            alternatives[-1].append(term)
    return [terms for terms in alternatives if terms]


def text_query(alternatives: Alternatives, forms: Forms = lambda _: ()) -> str | None:
    """In `to_tsquery` syntax; None when there is nothing to look for. `forms` gives a word's other forms."""
    query = _query(alternatives, forms)
    return _query(alternatives, lambda _: ()) if len(query) > MAX_QUERY_CHARACTERS else query or None


def written(alternatives: Alternatives) -> str:
    """As it would be typed."""
    return " OR ".join(" ".join(term.written() for term in terms) for terms in alternatives)


def fold(text: str) -> str:
    """As `catalogue_fold` does in the database: compatibility forms, no combining marks, no NUL."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f" and letter != "\x00")


def _query(alternatives: Alternatives, forms: Forms) -> str:
    groups = [" & ".join(term.to_query(forms) for term in terms) for terms in alternatives]
    return " | ".join(f"({group})" for group in groups)


def _term(token: str, *, last: bool) -> Term | None:
    excluded = token.startswith("-") and len(token) > 1
    token = token[1:] if excluded else token
    phrase = token.startswith('"')
    text = fold(token.strip('"'))
    if not _HAS_WORD.search(text):
        return None
    return Term(text, phrase=phrase, excluded=excluded, prefix=last and not phrase and not excluded)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", " ").replace("'", " ") + "'"
