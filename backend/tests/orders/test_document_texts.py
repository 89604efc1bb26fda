"""The text of documents, taken by a worker: every file ends in text or in a stated reason why not."""

import io
import os
import shutil
import time
from datetime import timedelta

import matplotlib as mpl
import pytest
import stamina
from matplotlib import pyplot as plt

from catalogue.storage.files import open_files
from catalogue.storage.sweeping import sweep
from tests.conftest import working
from tests.orders.conftest import Desk
from tests.orders.samples import PNG, encrypted_pdf, pdf, pdf_bomb
from tests.programs import required

mpl.use("Agg")
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "data", "pages"),
    [
        ("a.txt", b"one\ftwo\r\nthree", ["one", "two\nthree"]),
        ("a.txt", "Söhne".encode("cp1252"), ["Söhne"]),
        ("a.pdf", pdf("first page", "second page"), ["first page", "second page"]),
        ("a.pdf", encrypted_pdf(""), ["secret"]),
    ],
)
async def test_text_is_taken_page_by_page(desk: Desk, name: str, data: bytes, pages: list[str]) -> None:
    document = (await desk.add(name, data)).json()
    assert document["texts_status"] == "pending"
    async with working(desk.settings):
        texts = await desk.texts(document["id"])
    assert (texts["texts_status"], texts["texts_error"]) == ("done", None)
    assert [item["content"] for item in texts["items"]] == pages
    assert [item["page"] for item in texts["items"]] == list(range(1, len(pages) + 1))


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (encrypted_pdf("password"), {"encrypted"}),
        (b"%PDF-1.7\nnothing more", {"broken"}),
        (pdf("cut off")[:200], {"broken"}),
        (pdf_bomb(300), {"too_large", "timed_out"}),
        (
            pdf("a").replace(b"/Count 1", b"/Count 9").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
            {"broken", "too_large"},
        ),
    ],
    ids=["encrypted", "only a head", "cut off", "bomb", "pages that hold themselves"],
)
async def test_pdf_that_gives_no_text_says_why(desk: Desk, data: bytes, errors: set[str]) -> None:
    document = (await desk.add("a.pdf", data)).json()
    async with working(desk.settings):
        texts = await desk.texts(document["id"])
    assert texts["texts_status"] == "failed"
    assert texts["texts_error"] in errors


async def test_image_needs_tesseract(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    document = (await desk.add("a.png", PNG)).json()
    async with working(desk.settings):
        texts = await desk.texts(document["id"])
    assert (texts["texts_status"], texts["texts_error"], texts["items"]) == ("unavailable", "no_ocr", [])


async def test_image_is_read_by_tesseract(desk: Desk) -> None:
    required("tesseract", package="tesseract-ocr")
    figure, picture = plt.figure(figsize=(6, 2)), io.BytesIO()
    figure.text(0.1, 0.5, "PACKING LIST 4711", fontsize=30)
    figure.savefig(picture, format="png")
    plt.close(figure)
    document = (await desk.add("scan.png", picture.getvalue())).json()["id"]
    broken = (await desk.add("broken.png", PNG)).json()["id"]
    async with working(desk.settings):
        texts, none = await desk.texts(document), await desk.texts(broken)
    assert [item["content"] for item in texts["items"]] == ["PACKING LIST 4711"]
    assert (none["texts_status"], none["texts_error"]) == ("failed", "broken")


async def test_document_that_went_away_is_no_matter(desk: Desk) -> None:
    first = (await desk.add("a.txt", b"gone")).json()["id"]
    await desk.client.delete(f"{desk.address}/{first}")
    second = (await desk.add("b.txt", b"there")).json()["id"]
    async with working(desk.settings):
        assert (await desk.texts(second))["texts_status"] == "done"
        async for attempt in stamina.retry_context(
            on=AssertionError, timeout=10, attempts=None, wait_max=0.1
        ):
            with attempt:
                assert await desk.sql.fetchval("SELECT count(*) FROM pgqueuer") == 0


async def test_sweep_takes_old_files_without_a_row_and_no_others(desk: Desk) -> None:
    await desk.add("kept.txt", b"kept")
    [kept] = desk.files()
    own = kept.parents[2]
    orphan, young, unfinished = (
        own / "documents/aa/old",
        own / "documents/aa/young",
        own / "documents/aa/new#1",
    )
    stranger = desk.folder / "another-installation" / "documents" / "aa" / "old"
    for path in (orphan, young, unfinished, stranger):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    yesterday = time.time() - 86_400
    for path in (kept, orphan, unfinished, stranger):
        os.utime(path, (yesterday, yesterday))
    assert await sweep(desk.sql, open_files(desk.settings), age=timedelta(hours=1)) == 2
    assert set(desk.files()) == {kept, young, stranger}
