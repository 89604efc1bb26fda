"""The order that stands in for a sort by relevance where most rows match a search."""

from catalogue.listing.declaration import Collection, Sort

Keys = tuple[tuple[Sort, bool], ...]
"""The keys of a sort, each with whether it descends."""


def common_sort(collection: Collection, sort: Keys) -> Keys:
    """The sort with the key replaced that would have every match looked at; ties are broken in its direction."""
    keys: dict[str, tuple[Sort, bool]] = {}
    for declared, descending in sort:
        if declared.common is not None:
            name = declared.common.removeprefix("-")
            reverse = descending != declared.common.startswith("-")
            keys[name] = (collection.sort_by_name[name], reverse)
        elif declared.name == "id" and sort[-2:-1] and sort[-2][0].common is not None:
            keys["id"] = (declared, [*keys.values()][-1][1])
        else:
            keys.setdefault(declared.name, (declared, descending))
    return tuple(keys.values())
