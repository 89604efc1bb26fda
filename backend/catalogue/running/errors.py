"""Mistakes of the person at the terminal: one line and an exit code, never a traceback."""

import click


class OperatorError(click.ClickException):
    """What is wrong and what to do about it, on one line."""
