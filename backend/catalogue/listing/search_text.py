"""A value of `q` after the vocabulary has been asked: what is looked for, and how its rows are found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchText:
    """`query` is in `to_tsquery` syntax and belongs to `typed`, or to `corrected` where words were misspelt.

    `common`: so many rows match that they are walked in the order of the list instead of ranked. As text it names
    all that decides which rows are listed and in what order.
    """

    typed: str
    query: str
    common: bool = False
    corrected: str | None = None

    def __str__(self) -> str:
        return f"{self.typed}\n{self.query}\n{self.common:d}"

    def carried(self) -> list[object]:
        """What a cursor carries of it, so that every page of a walk searches alike."""
        return [self.query, self.common, self.corrected]
