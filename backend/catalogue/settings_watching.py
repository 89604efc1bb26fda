"""Settings of what is told about the program, and to whom."""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from catalogue.settings_base import CONFIG


class LoggingSettings(BaseSettings):
    model_config = CONFIG

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "text"] = Field("auto", description="auto: text on a terminal")
    log_requests: bool = Field(True, description="one line for every request")


class WatchingSettings(BaseSettings):
    model_config = CONFIG

    otel_exporter_otlp_endpoint: str = Field(
        "", description="http(s) address that takes OpenTelemetry traces; empty: none are made"
    )
    trace_share: float = Field(0.1, ge=0, le=1, description="share of requests that are traced")
    worker_metrics_port: int = Field(
        0, ge=0, le=65535, description="where `catalogue worker` tells its own metrics; 0: nowhere"
    )
    sentry_dsn: str = Field("", description="where faults of ours are reported; empty: nowhere")

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        for name in ("otel_exporter_otlp_endpoint", "sentry_dsn"):
            if (value := getattr(self, name)) and not value.startswith(("http://", "https://")):
                raise ValueError(f"{name.upper()} must start with http:// or https://")
        return self
