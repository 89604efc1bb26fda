"""What all groups of settings share: where they are read, and what counts as a secret."""

from typing import Literal

from pydantic_settings import SettingsConfigDict

Environment = Literal["development", "test", "production"]
DEVELOPMENT_SECRET = "development-secret"  # noqa: S105 - refused outside development  # pragma: allowlist secret
MIN_SECRET_LENGTH = 32
MIN_SECRET_LETTERS = 10
"""A random secret of that length has more different letters."""

CONFIG = SettingsConfigDict(
    frozen=True, env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
)


def is_weak(secret: str) -> bool:
    """Whether a secret is the default one, too short, or not random."""
    return (
        secret == DEVELOPMENT_SECRET
        or len(secret) < MIN_SECRET_LENGTH
        or len(set(secret)) < MIN_SECRET_LETTERS
    )


def split_list(values: dict[str, object], name: str) -> dict[str, object]:
    """The values with the comma list `name` taken apart."""
    given = values.get(name)
    if isinstance(given, str):
        values[name] = tuple(part.strip() for part in given.split(",") if part.strip())
    return values
