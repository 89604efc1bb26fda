"""Logging: JSON lines for machines, readable text on a terminal; the standard library's loggers join in."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from catalogue.masking import masked, masked_bytes
from catalogue.settings_watching import LoggingSettings


def configure_logging(settings: LoggingSettings) -> None:
    """Set up structlog and the standard library's root logger. May be called again."""
    text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, _console(), _mask] if text else [_json_line],
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


def _mask(_: object, __: str, line: Any) -> str:
    return masked(str(line))


def _json_line(logger: Any, method: str, event: structlog.typing.EventDict) -> bytes:
    """All that is done to a line in one step: there is one for each request that the cache does not answer."""
    event = structlog.processors.add_log_level(logger, method, event)
    event["timestamp"] = datetime.now(UTC)
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, method, event)
    return masked_bytes(orjson.dumps(event, default=repr, option=orjson.OPT_UTC_Z))


def _dumps(value: Any, **_: object) -> bytes:
    return orjson.dumps(value, default=repr)
