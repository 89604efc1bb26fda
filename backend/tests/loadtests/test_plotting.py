from pathlib import Path

from loadtests.plotting import latency_by_users, plot_run

HISTORY = """Timestamp,User Count,Name,Requests/s,50%,95%,99%
100,1,Aggregated,0,N/A,N/A,N/A
101,1,Aggregated,10,2,4,6
102,1,Aggregated,12,4,8,12
102,1,products: first page,12,900,900,900
103,8,Aggregated,50,10,20,40
"""


def rows() -> list[dict[str, str]]:
    names, *lines = (line.split(",") for line in HISTORY.splitlines())
    found = [dict(zip(names, line, strict=True)) for line in lines]
    return [row for row in found if row["Name"] == "Aggregated"]


def test_latency_is_told_for_each_number_of_users() -> None:
    assert latency_by_users(rows()) == {
        1: {"50%": 3, "95%": 6, "99%": 9},
        8: {"50%": 10, "95%": 20, "99%": 40},
    }


def test_picture_is_written_also_of_a_run_without_a_request(tmp_path: Path) -> None:
    for number, text in enumerate((HISTORY, "\n".join(HISTORY.splitlines()[:2]), HISTORY.splitlines()[0])):
        history, picture = tmp_path / f"{number}.csv", tmp_path / f"{number}.png"
        history.write_text(text)
        plot_run(history, picture)
        assert picture.read_bytes().startswith(b"\x89PNG")
