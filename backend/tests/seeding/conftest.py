"""Another database, for what must be the same in two."""

from collections.abc import Callable

import pytest


@pytest.fixture
def second_database(clone: Callable[[str], str], migrated_template: str) -> str:
    """Another migrated, empty database."""
    return clone(migrated_template)
