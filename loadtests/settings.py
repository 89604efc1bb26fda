"""How large a load test is; each setting is the environment variable LOADTEST_ + its name."""

from dataclasses import replace
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from loadtests.budgets import PROJECT_BUDGETS
from loadtests.shapes import SHAPES, Shape, ShapeName

REPORTS = Path(__file__).with_name("reports")


class LoadTestSettings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True, env_prefix="LOADTEST_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    host: str = Field("", description="address of a server that runs already; empty: start one")
    shape: ShapeName = Field("smoke", description="course of the run")
    users: int | None = Field(None, ge=1, le=10_000, description="people at a time; empty: the shape's own")
    seconds: int | None = Field(None, ge=1, le=7_200, description="length of the run; empty: the shape's own")
    workers: int = Field(1, ge=1, le=64, description="processes of a server started here")
    products: int = Field(100_000, ge=1, description="products in the database of a server started here")
    orders: int = Field(100_000, ge=0, description="orders in it")
    budgets: Path = Field(PROJECT_BUDGETS, description="budget file")
    reports: Path = Field(REPORTS, description="folder for the reports")
    api_key: str = Field(
        "", description="key of a caller who may write; empty: that of the server started here"
    )

    def course(self) -> Shape:
        """The chosen shape at the wanted size."""
        shape = SHAPES[self.shape]
        return replace(shape, users=self.users or shape.users, seconds=self.seconds or shape.seconds)
