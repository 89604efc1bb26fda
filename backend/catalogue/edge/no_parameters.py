"""Addresses that take no query parameters refuse what they would otherwise ignore: it was meant to say something.

Of a cached answer each spelling that is ignored would be an entry of its own besides.
"""

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency

from catalogue.query_strings import only_parameters


def takes_only(*names: str) -> tuple[Dependency, ...]:
    """The dependencies of a route that takes these parameters, each once, and no others."""

    async def refuse_others(request: Request) -> None:
        only_parameters(request.scope["query_string"], names)

    return (Depends(refuse_others),)


NO_PARAMETERS = takes_only()
"""The dependencies of a route that writes, or reads one record."""
