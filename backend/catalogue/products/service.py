"""Completions of what somebody is typing, taken from the names of the best matches."""

import re
from collections import Counter
from collections.abc import Iterable

MAX_COMPLETIONS = 10
_WORDS = re.compile(r"[\w'-]+")


def completions(typed: str, names: Iterable[str]) -> list[str]:
    """Complete the last word of `typed` with words of `names`, the most frequent first; at most ten."""
    words = _WORDS.findall(typed.lower())
    if not words:
        return []
    before, start = words[:-1], words[-1]
    found = Counter(
        word
        for name in names
        for word in dict.fromkeys(_WORDS.findall(name.lower()))
        if word.startswith(start) and word not in before
    )
    ranked = sorted(found, key=lambda word: (-found[word], word))
    return [" ".join((*before, word)) for word in ranked[:MAX_COMPLETIONS]]
