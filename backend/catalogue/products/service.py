"""Completions of what somebody is typing: words that products have, in what goes together with the words before."""

import re
from collections import Counter
from collections.abc import Iterable

from catalogue.listing.search_terms import fold
from catalogue.listing.vocabulary import MAX_COMPLETIONS, Vocabulary

_WORDS = re.compile(r"[\w'-]+")


def completions(typed: str, names: Iterable[str], vocabulary: Vocabulary | None) -> list[str]:
    """Complete the last word of `typed`, the most frequent words first; at most ten.

    A first word is completed from the vocabulary, a later one from the names of the products that match.
    """
    words = _WORDS.findall(fold(typed).lower())
    if not words:
        return []
    before, start = words[:-1], words[-1]
    if vocabulary is not None and not before:
        return vocabulary.completions(start)
    found = Counter(
        word
        for name in names
        for word in dict.fromkeys(_WORDS.findall(fold(name).lower()))
        if word.startswith(start) and word not in before
    )
    ranked = sorted(found, key=lambda word: (-found[word], word))
    return [" ".join((*before, word)) for word in ranked[:MAX_COMPLETIONS]]
