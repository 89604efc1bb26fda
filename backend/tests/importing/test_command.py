import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalogue.importing.command import import_file
from tests.conftest import Ask

GOOD = "Article;Title;Kind;Maker;Price\r\n1;Lamp;Light;Acme;Dhs 1,050\r\n"
OPTIONS = [
    "--map",
    "sku=Article",
    "--map",
    "name=Title",
    "--map",
    "category=Kind",
    "--map",
    "brand=Maker",
    "--map",
    "price=Price",
]
OPTIONS += ["--set", "currency=AED", "--create-categories", "--create-brands"]


class Command:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, *arguments: str, data: bytes = GOOD.encode(), stdin: bool = False) -> Result:
        path = self.directory / "file.csv"
        path.write_bytes(data)
        file = "-" if stdin else str(path)
        return CliRunner().invoke(import_file, [file, *arguments], input=data if stdin else None)


@pytest.fixture
def command(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return Command(tmp_path)


def test_options_map_a_file(command: Command, ask: Ask) -> None:
    result = command(*OPTIONS)
    assert "read 1  created 1  updated 0  unchanged 0  failed 0" in result.output
    assert ask("SELECT sku, price::text, currency FROM products") == [("1", "1050.00", "AED")]


def test_standard_input_may_be_compressed(command: Command) -> None:
    assert "created 1" in command(*OPTIONS, data=gzip.compress(GOOD.encode()), stdin=True).output


def test_saved_mapping_is_used_and_options_win(command: Command, ask: Ask) -> None:
    (command.directory / "saved.toml").write_text(
        "create_categories = true\ncreate_brands = true\n"
        '[columns]\nsku = "Article"\nname = "Title"\ncategory = "Kind"\nbrand = "Maker"\nprice = "Price"\n'
        '[set]\ncurrency = "AED"\n'
    )
    result = command("--mapping", str(command.directory / "saved.toml"), "--set", "currency=SAR")
    assert result.exit_code == 0, result.output
    assert ask("SELECT currency FROM products") == [("SAR",)]


def test_refused_rows_are_reported(command: Command) -> None:
    data = GOOD + "2;;Light;Acme;free\r\n"
    report = command.directory / "refused.csv"
    result = command(*OPTIONS, "--report", str(report), data=data.encode())
    assert result.exit_code == 0
    assert "not_a_number: 1 rows" in result.output
    assert report.read_text().splitlines() == [
        "line,column,value,code,message",
        "3,Title,,missing,name is empty",
        "3,Price,free,not_a_number,this is no number",
    ]


def test_reject_all_fails_the_command(command: Command, ask: Ask) -> None:
    result = command(*OPTIONS, "--on-error", "reject_all", data=(GOOD + "2;;Light;Acme;1\r\n").encode())
    assert result.exit_code == 1
    assert "Nothing was changed" in result.output
    assert ask("SELECT count(*) FROM products") == [(0,)]


def test_dry_run_says_so(command: Command) -> None:
    assert "Dry run: nothing was changed." in command(*OPTIONS, "--dry-run").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--map", "sku"], "FIELD=TEXT"),
        (["--map", "colour=Kind"], "products have no field 'colour'"),
        (["--mapping", "nowhere.toml"], "nowhere.toml"),
        (["--delimiter", "ab"], "one character"),
        (["--encoding", "utf-99"], "no encoding"),
        (["--map", "sku=Nowhere"], "no column 'Nowhere'"),
    ],
)
def test_mistakes_are_one_clear_line(command: Command, arguments: list[str], message: str) -> None:
    result = command(*arguments)
    assert result.exit_code in {1, 2}
    assert message in result.output


def test_unknown_key_in_a_saved_mapping_is_one_clear_line(command: Command) -> None:
    (command.directory / "saved.toml").write_text("colums = {}\n")
    result = command("--mapping", str(command.directory / "saved.toml"))
    assert result.exit_code == 1
    assert "colums" in result.output
