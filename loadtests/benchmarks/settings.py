"""How long the benchmarks take; each setting is the environment variable BENCH_ + its name."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from loadtests.settings import REPORTS


class BenchmarkSettings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True, env_prefix="BENCH_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    rounds: int = Field(3, ge=1, le=100, description="times that every contestant runs")
    seconds: int = Field(2, ge=1, le=60, description="length of one run, seconds")
    connections: int = Field(16, ge=1, le=1_000, description="requests under way at any moment")
    products: int = Field(100_000, ge=60_000, description="products in the database")
    orders: int = Field(100_000, ge=0, description="orders in it; with as many as a load test, both share it")
    rows: int = Field(1_000_000, ge=100_000, description="largest table whose growth is measured")
    import_rows: int = Field(100_000, ge=20_000, description="rows of each file that is imported")
    plot: Path = Field(Path("docs/growth.png"), description="picture of the growth")
    reports: Path = Field(REPORTS, description="folder for the tables")

    def sizes(self) -> list[int]:
        """Tables from a hundred thousand rows up, ten times larger each."""
        sizes = [100_000]
        while sizes[-1] * 10 <= self.rows:
            sizes.append(sizes[-1] * 10)
        return sizes
