"""Logging: JSON lines for machines, readable text on a terminal; the standard library's loggers join in."""

import logging
import sys
from typing import Any

import orjson
import structlog

from catalogue.masking import masked
from catalogue.settings_watching import LoggingSettings


def configure_logging(settings: LoggingSettings) -> None:
    """Set up structlog and the standard library's root logger. May be called again."""
    text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if text:
        ending: list[structlog.typing.Processor] = [_console()]
    else:
        ending = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_dumps)]
    structlog.configure(
        processors=[*shared, *ending, _mask],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr)
        if text
        else structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    _join_standard_library(settings, shared, text=text)


def _join_standard_library(
    settings: LoggingSettings, shared: list[structlog.typing.Processor], *, text: bool
) -> None:
    renderer: structlog.typing.Processor = (
        _console()
        if text
        else structlog.processors.JSONRenderer(lambda value, **options: _dumps(value, **options).decode())
    )
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[remove, *([] if text else [structlog.processors.format_exc_info]), renderer, _mask],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())


def _console() -> structlog.dev.ConsoleRenderer:
    """Traces without the values of local variables: passwords and keys would be among them."""
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def _mask(_: object, __: str, line: Any) -> str | bytes:
    return masked(line.decode()).encode() if isinstance(line, bytes) else masked(str(line))


def _dumps(value: Any, **_: object) -> bytes:
    return orjson.dumps(value, default=repr)
