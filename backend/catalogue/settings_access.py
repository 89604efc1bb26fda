"""Settings of who may call, and how often."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, IPvAnyNetwork, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from catalogue.settings_base import CONFIG, Environment, is_weak, split_list

Algorithm = Literal["RS256", "ES256", "EdDSA", "HS256"]
_LIMIT = re.compile(r"[1-9][0-9]{0,8}/(second|minute|hour|day)")


class CallerSettings(BaseSettings):
    model_config = CONFIG

    environment: Environment = "development"
    public_catalogue: bool = Field(True, description="products may be read without a caller")
    public_metrics: bool = Field(True, description="/metrics may be read without a caller")
    admin_api_key: str = Field("", description="a key with every scope; empty: none")
    access_token_s: int = Field(600, ge=30, le=86_400, description="validity of our access tokens, seconds")
    login_days: int = Field(30, ge=1, le=365, description="longest login, days")
    jwt_issuer: str = Field("", description="`iss` of the trusted issuer; empty: none is trusted")
    jwt_audience: str = Field("", description="`aud` that its tokens must have")
    jwt_algorithms: Annotated[frozenset[Algorithm], NoDecode] = Field(
        frozenset({"ES256", "EdDSA", "RS256"}), description="comma list of algorithms it may use"
    )
    jwt_keys_file: str = Field("", description="JSON web key set of the issuer, a file")
    jwt_keys_url: str = Field("", description="the same, an https:// address")
    jwt_keys_inside: bool = Field(False, description="that address may be inside your network")
    jwt_keys_refresh_s: int = Field(300, ge=10, le=86_400, description="between two looks there, seconds")

    @model_validator(mode="before")
    @classmethod
    def _split_algorithms(cls, values: dict[str, object]) -> dict[str, object]:
        return split_list(values, "jwt_algorithms")

    @model_validator(mode="after")
    def _check_issuer(self) -> Self:
        if self.jwt_issuer and not (
            self.jwt_audience and bool(self.jwt_keys_file) != bool(self.jwt_keys_url)
        ):
            raise ValueError("JWT_ISSUER needs JWT_AUDIENCE and one of JWT_KEYS_FILE and JWT_KEYS_URL")
        if self.jwt_keys_url:
            _check_keys_url(self.jwt_keys_url, plain_loopback=self.environment != "production")
        return self

    @model_validator(mode="after")
    def _refuse_weak_key(self) -> Self:
        key = self.admin_api_key
        if key and (is_weak(key) if self.environment == "production" else len(key) < 16):
            raise ValueError("ADMIN_API_KEY must have at least 32 random characters, 16 outside production")
        if not (key.isascii() and key.isprintable() and key == key.strip()):
            raise ValueError("ADMIN_API_KEY must be printable ASCII")
        return self


class LimitSettings(BaseSettings):
    model_config = CONFIG

    rate_limits: bool = Field(True, description="whether requests are counted at all")
    rate_limit_reads: str = Field("30000/minute", description="reads of one caller or address")
    rate_limit_search: str = Field("6000/minute", description="lists with `q`, and completions")
    rate_limit_writes: str = Field("3000/minute", description="writes")
    rate_limit_uploads: str = Field("120/minute", description="documents and imports")
    rate_limit_auth: str = Field("60/minute", description="logging in, refreshing, wrong keys")
    rate_limit_logins: str = Field("20/minute", description="logging in as one user, from anywhere")
    rate_limit_loopback: str = Field(
        "3000000/minute", description="everything from this machine, outside production"
    )
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        (), description="comma list of networks whose X-Forwarded-For is believed"
    )

    @model_validator(mode="before")
    @classmethod
    def _split_proxies(cls, values: dict[str, object]) -> dict[str, object]:
        return split_list(values, "trusted_proxies")

    @model_validator(mode="after")
    def _refuse_everybody(self) -> Self:
        if any(network.prefixlen == 0 for network in self.trusted_proxies):
            raise ValueError("TRUSTED_PROXIES must not be the whole internet")
        return self

    @field_validator("*", mode="after")
    @classmethod
    def _check_limit(cls, value: object, info: ValidationInfo) -> object:
        named = info.field_name or ""
        if named.startswith("rate_limit_") and not _LIMIT.fullmatch(str(value)):
            raise ValueError("a limit is a number and a unit, such as 600/minute or 50/second")
        return value


def _check_keys_url(url: str, *, plain_loopback: bool) -> None:
    """Raises ValueError."""
    parts = urlsplit(url)
    plain = parts.scheme == "http" and plain_loopback and parts.hostname in {"127.0.0.1", "localhost"}
    if not (parts.scheme == "https" or plain):
        raise ValueError("JWT_KEYS_URL must start with https://")
    if not parts.hostname or parts.username is not None or not url.isascii() or not url.isprintable():
        raise ValueError("JWT_KEYS_URL must name a host, and nobody's password")
