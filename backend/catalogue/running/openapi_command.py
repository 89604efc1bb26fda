"""`catalogue openapi`."""

from pathlib import Path

import click
import orjson

from catalogue.app import create_app

CONTRACT = Path(__file__).resolve().parents[2] / "openapi.json"


@click.command("openapi")
def openapi() -> None:
    """Write the API's contract to backend/openapi.json."""
    document = orjson.dumps(create_app().openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    CONTRACT.write_bytes(document)
    click.echo(f"Wrote {CONTRACT}.")
