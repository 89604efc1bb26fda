"""The frame of a campaign: scenarios by name, what they found as one table, and the exit code that tells."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import click

from catalogue.embedded import EmbeddedServerError
from catalogue.running.errors import OperatorError
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.writing.report import Finding, table

_STOPPED = 130


@contextmanager
def explained() -> Iterator[None]:
    """What keeps servers from starting becomes one line, and Ctrl-C stops them in order."""
    try:
        with StopSignals():
            yield
    except (OperatorError, EmbeddedServerError) as error:
        raise click.ClickException(str(error)) from error
    except StopRequested:
        sys.exit(_STOPPED)


def played(names: Iterable[str], play: Callable[[str], Sequence[Finding]]) -> list[Finding]:
    """What the named scenarios found, one after the other."""
    findings: list[Finding] = []
    for name in names:
        findings += play(name)
        click.echo(f"ran {name}", err=True)
    return findings


def told(findings: Sequence[Finding]) -> NoReturn:
    """Print the table and exit, with 1 when something is missed."""
    click.echo(f"\n{table(findings)}")
    sys.exit(0 if all(finding.reached for finding in findings) else 1)
