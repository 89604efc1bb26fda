"""How large a load test is; each setting is the environment variable LOADTEST_ + its name."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from loadtests.budgets import PROJECT_BUDGETS

REPORTS = Path(__file__).with_name("reports")


class LoadTestSettings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True, env_prefix="LOADTEST_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    host: str = Field("", description="address of a server that runs already; empty: start one")
    users: int = Field(20, ge=1, le=10_000, description="people browsing at a time")
    seconds: int = Field(20, ge=1, le=3_600, description="length of the run, seconds")
    products: int = Field(100_000, ge=1, description="products in the database of a server started here")
    orders: int = Field(100_000, ge=0, description="orders in it")
    budgets: Path = Field(PROJECT_BUDGETS, description="budget file")
    reports: Path = Field(REPORTS, description="folder for the HTML report")
