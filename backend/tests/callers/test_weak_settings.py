"""Settings that would leave a door open are refused before anything starts."""

from collections.abc import Callable

import pytest

from catalogue.settings import Settings

RANDOM = "0123456789abcdefghijklmnopqrstuv"
PRODUCTION = {"ENVIRONMENT": "production", "SECRET_KEY": RANDOM, "ADMIN_API_KEY": RANDOM}
ISSUER = {"JWT_ISSUER": "https://issuer.example", "JWT_AUDIENCE": "us"}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({**PRODUCTION, "SECRET_KEY": "development-secret"}, "SECRET_KEY"),
        ({**PRODUCTION, "SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ({**PRODUCTION, "SECRET_KEY": RANDOM[:31]}, "SECRET_KEY"),
        ({"ENVIRONMENT": "test", "SECRET_KEY": "development-secret"}, "SECRET_KEY"),
        ({**PRODUCTION, "ADMIN_API_KEY": RANDOM[:31]}, "ADMIN_API_KEY"),
        ({**PRODUCTION, "ADMIN_API_KEY": "ab" * 32}, "ADMIN_API_KEY"),
        ({"ADMIN_API_KEY": "short"}, "ADMIN_API_KEY"),
        ({"ADMIN_API_KEY": "with an ümlaut in it"}, "ADMIN_API_KEY"),
        ({"CORS_ORIGINS": "*"}, "cors_origins"),
        ({"CORS_ORIGINS": "https://shop.example/"}, "cors_origins"),
        ({"CORS_ORIGINS": "null"}, "cors_origins"),
        ({"TRUSTED_PROXIES": "0.0.0.0/0"}, "TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8,::/0"}, "TRUSTED_PROXIES"),
        ({**ISSUER, "JWT_KEYS_URL": "http://issuer.example/keys"}, "https://"),
        ({**ISSUER, **PRODUCTION, "JWT_KEYS_URL": "http://127.0.0.1:1/keys"}, "https://"),
        ({**ISSUER, "JWT_KEYS_URL": "http://127.0.0.1:1@issuer.example/keys"}, "https://"),
        ({**ISSUER, "JWT_KEYS_URL": "https://user:word@issuer.example/keys"}, "JWT_KEYS_URL"),
        ({**ISSUER, "JWT_KEYS_URL": "https:///keys"}, "JWT_KEYS_URL"),
        ({**ISSUER, "JWT_KEYS_URL": "file:///etc/passwd"}, "https://"),
        (ISSUER, "JWT_KEYS_FILE"),
        ({**ISSUER, "JWT_KEYS_FILE": "a", "JWT_KEYS_URL": "https://issuer.example/keys"}, "JWT_KEYS_FILE"),
        ({**ISSUER, "JWT_KEYS_FILE": "a", "JWT_ALGORITHMS": "none"}, "jwt_algorithms"),
    ],
)
def test_setting_that_leaves_a_door_open_is_refused(
    settings_for: Callable[..., Settings], environment: dict[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        settings_for("postgresql://somebody@127.0.0.1/shop", **environment)


@pytest.mark.parametrize("password", ["catalogue", "postgres", "password"])
def test_default_password_of_the_database_is_refused_in_production(
    settings_for: Callable[..., Settings], password: str
) -> None:
    url = f"postgresql://somebody:{password}@127.0.0.1/shop"
    assert settings_for(url).database.database_url == url
    with pytest.raises(ValueError, match="DATABASE_URL"):
        settings_for(url, **PRODUCTION)


def test_good_settings_are_taken(settings_for: Callable[..., Settings]) -> None:
    settings = settings_for(
        "postgresql://somebody:s3cret@127.0.0.1/shop",
        **PRODUCTION,
        CORS_ORIGINS="https://shop.example, http://localhost:3000, http://[::1]:3000",
    )
    assert len(settings.server.cors_origins) == 3
