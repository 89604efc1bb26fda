"""`/health` and its parts, and `/metrics`. They stand at the root and under the API's prefix."""

from typing import TYPE_CHECKING, Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from catalogue import __version__
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.metrics import CONTENT_TYPE
from catalogue.errors import Unavailable
from catalogue.health.checks import HealthChecks, summary

if TYPE_CHECKING:
    from catalogue.caching.observing import CacheObserver
    from catalogue.health.exposing import Exposing

router = APIRouter(tags=["operations"])


async def _checks(request: Request) -> HealthChecks:
    checks: HealthChecks = request.app.state.health
    return checks


Checks = Annotated[HealthChecks, Depends(_checks)]


@router.get("/health")
@router.get(f"{API_PREFIX}/health", include_in_schema=False)
async def health(checks: Checks) -> Response:
    """A summary, with 200 as long as the program runs."""
    return _answer({"status": summary(await checks.all()), "version": __version__})


@router.get("/health/live")
@router.get(f"{API_PREFIX}/health/live", include_in_schema=False)
async def live() -> Response:
    """200 as long as the program runs; looks at nothing else."""
    return _answer({"status": "up"})


@router.get(
    "/health/ready", responses={503: {"description": "PostgreSQL does not answer, or is not migrated"}}
)
@router.get(f"{API_PREFIX}/health/ready", include_in_schema=False)
async def ready(checks: Checks) -> Response:
    """200 when requests can be answered."""
    postgresql = next(part for part in await checks.all() if part.name == "postgresql")
    if postgresql.state != "up":
        raise Unavailable(f"PostgreSQL: {postgresql.detail}")
    return _answer({"status": "up"})


@router.get("/health/detailed")
@router.get(f"{API_PREFIX}/health/detailed", include_in_schema=False)
async def detailed(request: Request, checks: Checks) -> Response:
    """Each dependency with its state and latency, and how this worker's cache is."""
    found = await checks.all()
    listed = {
        part.name: {"state": part.state, "latency_ms": part.latency_ms, "detail": part.detail}
        for part in found
    }
    answer: dict[str, object] = {
        "status": summary(found),
        "version": __version__,
        "dependencies": listed,
        "breakers": checks.breakers.states(),
        "places": request.app.state.places.described(),
    }
    cache: CacheObserver | None = getattr(request.app.state, "cache_observer", None)
    return _answer(answer if cache is None else {**answer, "cache": cache.described()})


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Prometheus metrics of all workers."""
    state = request.app.state
    exposing: Exposing = state.exposing
    cache: CacheObserver | None = getattr(state, "cache_observer", None)
    looks = [state.vitals.look, *([] if cache is None else [cache.set_gauges])]
    return Response(await exposing.text(looks), media_type=CONTENT_TYPE)


def _answer(body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), media_type="application/json", headers={"Cache-Control": "no-store"})
