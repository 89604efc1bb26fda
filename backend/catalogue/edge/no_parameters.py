"""Addresses that take no query parameters refuse what they would otherwise ignore: it was meant to say something."""

from fastapi import Depends, Request

from catalogue.errors import FieldError, ValidationFailed

_MOST_NAMED = 20
_LONGEST_NAME = 50


async def _refuse_parameters(request: Request) -> None:
    """Raises ValidationFailed naming the parameters."""
    names = list(request.query_params)[:_MOST_NAMED]
    if names:
        raise ValidationFailed(
            *(
                FieldError(
                    f"query.{name[:_LONGEST_NAME]}", "unknown_parameter", "is not a parameter of this call"
                )
                for name in names
            )
        )


NO_PARAMETERS = (Depends(_refuse_parameters),)
"""The dependencies of a route that writes."""
