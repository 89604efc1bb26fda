"""Bodies and answers of `/auth`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from catalogue.listing.openapi import Schema

_NO_NUL = r"^[^\x00]*$"
_Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_NO_NUL)]
_Secret = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=_NO_NUL)]


class PasswordGrant(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    username: _Name
    password: _Secret
    grant_type: Annotated[str, StringConstraints(pattern=r"^password$")] = "password"
    scope: Annotated[str, StringConstraints(max_length=1_000, pattern=_NO_NUL)] = ""
    """Ignored: a user has the scopes of their role. Clients of OAuth 2 may send it."""


class RefreshGrant(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    refresh_token: _Secret
    grant_type: Annotated[str, StringConstraints(pattern=r"^refresh_token$")] = "refresh_token"


class Logout(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    refresh_token: _Secret


SCHEMAS: dict[str, Schema] = {
    "GrantedTokens": {
        "type": "object",
        "required": ["access_token", "refresh_token", "token_type", "expires_in", "scope"],
        "properties": {
            "access_token": {"type": "string", "description": "a JWT, for `Authorization: Bearer`"},
            "refresh_token": {"type": "string", "description": "serves once, at `/auth/refresh`"},
            "token_type": {"type": "string", "const": "Bearer"},
            "expires_in": {"type": "integer", "description": "seconds the access token is valid"},
            "scope": {"type": "string", "description": "what the user may do, separated by blanks"},
        },
    },
    "CallingCaller": {
        "type": "object",
        "required": ["name", "scopes"],
        "properties": {
            "name": {
                "type": "string",
                "description": "`anonymous`, `key:<prefix>`, `user:<name>`, `token:<subject>`",
            },
            "scopes": {
                "type": "array",
                "items": {"type": "string"},
                "description": "what they may do, sorted",
            },
        },
    },
}


def documented(model: type[BaseModel], answer: Schema) -> Schema:
    """`openapi_extra` of an operation that takes `model` as JSON or as a form."""
    schema = model.model_json_schema()
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema},
                "application/x-www-form-urlencoded": {"schema": schema},
            },
        },
        "responses": answer,
    }
