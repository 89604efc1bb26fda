"""Finding, and where allowed making, the categories and brands a file names."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field

LONGEST_SLUG = 100
_OTHERS = re.compile(r"[^a-z0-9]+")


def slugify(text: str) -> str:
    """A slug for a label: accents folded, lower case, words joined by `-`.

    A label without any Latin letter or digit gets a slug made from its digest, always the same.
    """
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = _OTHERS.sub("-", folded).strip("-")[:LONGEST_SLUG].rstrip("-")
    return slug or f"label-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class NewLabel:
    """A category or brand to make; brands have no parent."""

    slug: str
    label: str
    parent: str | None


@dataclass
class Labels:
    """The slugs of one kind that exist, and those an import would make."""

    existing: frozenset[str]
    create: bool
    new: dict[str, NewLabel] = field(default_factory=dict)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def slug_for(self, text: str, parent: str = "") -> str | None:
        """The slug of a text that is a slug or a label; None when there is none and none may be made.

        A new label goes under `parent` (also a slug or a label, made when new), unless it exists already.
        """
        known = self._known.get((text, parent))
        if known is not None:
            return known
        slug = text if text in self.existing else slugify(text)
        if slug not in self.existing and slug not in self.new:
            if not self.create:
                return None
            above = self.slug_for(parent) if parent else None
            if slug not in self.new:
                self.new[slug] = NewLabel(slug, text, above)
        self._known[text, parent] = slug
        return slug

    def wanted(self, used: set[str]) -> list[NewLabel]:
        """The new ones that `used` needs, parents included, parents first."""
        needed = set(used)
        for label in reversed(self.new.values()):
            if label.slug in needed and label.parent:
                needed.add(label.parent)
        return [label for label in self.new.values() if label.slug in needed]
