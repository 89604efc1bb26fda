"""`/auth`: tokens for a name and a password, new ones for a refresh token, the end of it; and who one is."""

from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from catalogue.callers.grants import read_grant
from catalogue.callers.logins import Granted, Logins
from catalogue.callers.schemas import Logout, PasswordGrant, RefreshGrant, documented
from catalogue.callers.scopes import Caller
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.no_parameters import NO_PARAMETERS
from catalogue.listing.openapi import json_response, reference
from catalogue.listing.serving import JSON

router = APIRouter(prefix=f"{API_PREFIX}/auth", tags=["callers"])
_CALLER = {"200": json_response("the caller", reference("CallingCaller"))}
_TOKENS = {"200": json_response("tokens", reference("GrantedTokens"))}


async def _logins(request: Request) -> Logins:
    logins: Logins = request.app.state.logins
    return logins


async def _caller(request: Request) -> Caller:
    caller: Caller = request.scope["caller"]
    return caller


LoginService = Annotated[Logins, Depends(_logins)]
CurrentCaller = Annotated[Caller, Depends(_caller)]


@router.post("/token", dependencies=NO_PARAMETERS, openapi_extra=documented(PasswordGrant, _TOKENS))
async def log_in(request: Request, logins: LoginService) -> Response:
    """Tokens for a name and a password."""
    grant = await read_grant(request, PasswordGrant)
    await request.app.state.gate.limiter.log_in(grant.username.casefold())
    return _granted(await logins.log_in(grant.username, grant.password))


@router.post("/refresh", dependencies=NO_PARAMETERS, openapi_extra=documented(RefreshGrant, _TOKENS))
async def refresh_tokens(request: Request, logins: LoginService) -> Response:
    """New tokens for a refresh token, which is used up; using one twice ends the login."""
    grant = await read_grant(request, RefreshGrant)
    return _granted(await logins.refresh(grant.refresh_token))


@router.post(
    "/logout",
    status_code=204,
    response_class=Response,
    dependencies=NO_PARAMETERS,
    openapi_extra=documented(Logout, {"204": {"description": "logged out"}}),
)
async def log_out(request: Request, logins: LoginService) -> Response:
    """End a login: its access tokens and refresh tokens serve no more."""
    await logins.log_out((await read_grant(request, Logout)).refresh_token)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


@router.get("/caller", dependencies=NO_PARAMETERS, openapi_extra={"responses": _CALLER})
async def calling_caller(caller: CurrentCaller) -> Response:
    """Whom the shown key or token belongs to, and what they may do; `anonymous` where nothing is shown."""
    return _unkept({"name": caller.name, "scopes": sorted(caller.scopes)})


def _granted(granted: Granted) -> Response:
    return _unkept(asdict(granted))


def _unkept(answer: dict[str, object]) -> Response:
    return Response(orjson.dumps(answer), media_type=JSON, headers={"Cache-Control": "no-store"})
