"""Documents over HTTP: what is taken, what is refused, and how it is given out again."""

import hashlib
from urllib.parse import unquote

import httpx
import pytest

from tests.orders.conftest import Desk
from tests.orders.samples import ELF, HTML, JPEG, PNG, TIFF, WEBP, ZIP, pdf

pytestmark = pytest.mark.anyio

LIMIT = 10_485_760


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["where"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("name", "data", "content_type"),
    [
        ("a.pdf", pdf("hello"), "application/pdf"),
        ("a.PNG", PNG, "image/png"),
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.tif", TIFF, "image/tiff"),
        ("a.webp", WEBP, "image/webp"),
        ("a.txt", b"plain \xc3\xa9", "text/plain"),
        ("utf16.txt", "wide é".encode("utf-16"), "text/plain"),
        ("western.txt", "Söhne €".encode("cp1252"), "text/plain"),
    ],
)
async def test_document_is_kept_and_given_back(desk: Desk, name: str, data: bytes, content_type: str) -> None:
    added = await desk.add(name, data, "invoice")
    assert added.status_code == 201, added.text
    document = added.json()
    assert (document["content_type"], document["size_bytes"], document["type"]) == (
        content_type,
        len(data),
        "invoice",
    )
    assert document["sha256"] == hashlib.sha256(data).hexdigest()
    address = added.headers["location"].removeprefix("/api/v1")
    assert (await desk.client.get(address)).json() == document
    assert (await desk.client.get(desk.address)).json()["items"] == [document]
    assert (await desk.client.get(f"{address}/content")).content == data


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", ELF, "unknown_extension"),
        ("pdf", pdf("x"), "unknown_extension"),
        ("a.pdf", PNG, "content_mismatch"),
        ("a.png", pdf("x"), "content_mismatch"),
        ("a.pdf", ZIP, "content_mismatch"),
        ("a.pdf", HTML + pdf("polyglot"), "content_mismatch"),
        ("a.jpg", HTML, "content_mismatch"),
        ("a.webp", b"RIFF\x1a\x00\x00\x00WAVEfmt ", "content_mismatch"),
        ("a.txt", pdf("text?"), "content_mismatch"),
        ("a.txt", ELF, "content_mismatch"),
        ("a.txt", b"nul\x00byte", "content_mismatch"),
        ("a.txt", b"\x81\x8d\x8f", "content_mismatch"),
        ("a.txt", b"\xff\xfe\x00", "content_mismatch"),
        ("a.pdf", b"", "empty"),
        (" ", b"x", "missing_name"),
        ("x" * 252 + ".txt", b"x", "name_too_long"),
    ],
)
async def test_what_is_no_document_is_refused(desk: Desk, name: str, data: bytes, code: str) -> None:
    answer = await desk.add(name, data)
    assert (answer.status_code, codes(answer)) == (422, [("body.file", code)])
    assert desk.files() == []


async def test_largest_document_is_kept_and_a_byte_more_refused(desk: Desk) -> None:
    assert (await desk.add("a.txt", b"x" * LIMIT)).status_code == 201
    refused = await desk.add("a.txt", b"x" * (LIMIT + 1))
    assert (refused.status_code, codes(refused)) == (413, [("body.file", "too_large")])


async def test_body_over_the_limit_is_refused_while_it_is_read(desk: Desk) -> None:
    async def endless() -> object:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        while True:
            yield b"x" * 65_536

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await desk.client.post(desk.address, content=endless(), headers=headers)
    assert (answer.status_code, desk.files()) == (413, [])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\scan.txt", "scan.txt"),
        ("/etc/cron.d/x.txt", "x.txt"),
        ("חשבונית 🧾.txt", "חשבונית 🧾.txt"),
        ("evil\u202egnp.txt", "evil\u202egnp.txt"),
        ("quote'; drop.txt", "quote'; drop.txt"),
        ("a%2e%2e.txt", "a%2e%2e.txt"),
    ],
)
async def test_names_are_data_only(desk: Desk, sent: str, kept: str) -> None:
    added = await desk.add(sent, b"x")
    assert added.json()["file_name"] == kept
    [stored] = desk.files()
    assert stored.is_relative_to(desk.folder)
    assert stored.suffix == ""
    content = await desk.client.get(f"{desk.address}/{added.json()['id']}/content")
    disposition = content.headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == kept
    assert content.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["a\x00.txt", "a\r\nX-Evil: 1.txt", "a\x7f.txt"])
async def test_control_characters_in_a_name_are_refused(desk: Desk, name: str) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
        + name.encode()
        + b'"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name="type"\r\n\r\nother\r\n--b--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await desk.client.post(desk.address, content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert desk.files() == []


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, [("body.type", "missing")]),
        ({"type": "passport"}, [("body.type", "not_a_choice")]),
        ({"type": "cmr", "colour": "red"}, [("body.colour", "unknown_field")]),
        ({"type": ["cmr", "other"]}, [("body.type", "repeated")]),
    ],
)
async def test_wrong_fields_are_named(
    desk: Desk, fields: dict[str, object], errors: list[tuple[str, str]]
) -> None:
    answer = await desk.client.post(desk.address, files={"file": ("a.txt", b"x")}, data=fields)
    assert (answer.status_code, codes(answer)) == (422, errors)


async def test_other_bodies_are_refused(desk: Desk) -> None:
    assert (await desk.client.post(desk.address, json={"type": "cmr"})).status_code == 415
    missing = await desk.client.post(desk.address, data={"type": "cmr"}, files={"other": ("a.txt", b"x")})
    assert codes(missing) == [("body.other", "unknown_field"), ("body.file", "missing")]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert (await desk.client.post(desk.address, content=b"nonsense", headers=headers)).status_code == 400
    no_boundary = {"Content-Type": "multipart/form-data"}
    assert (await desk.client.post(desk.address, content=b"x", headers=no_boundary)).status_code == 400


async def test_order_that_does_not_exist_keeps_nothing(desk: Desk) -> None:
    files = {"file": ("a.txt", b"x")}
    answer = await desk.client.post("/orders/999/documents", files=files, data={"type": "cmr"})
    assert (answer.status_code, desk.files()) == (404, [])


@pytest.mark.parametrize(
    ("asked", "status", "content", "shown"),
    [
        ("bytes=0-3", 206, b"\x89PNG", "bytes 0-3/33"),
        ("bytes=30-", 206, PNG[30:], "bytes 30-32/33"),
        ("bytes=-3", 206, PNG[-3:], "bytes 30-32/33"),
        ("bytes=-999", 206, PNG, "bytes 0-32/33"),
        ("bytes=5-9999", 206, PNG[5:], "bytes 5-32/33"),
        ("bytes=0-1,4-5", 200, PNG, None),
        ("bytes=9-3", 200, PNG, None),
        ("bytes=x", 200, PNG, None),
        ("lines=0-3", 200, PNG, None),
    ],
)
async def test_part_of_a_file(desk: Desk, asked: str, status: int, content: bytes, shown: str | None) -> None:
    document = (await desk.add("a.png", PNG)).json()["id"]
    answer = await desk.client.get(f"{desk.address}/{document}/content", headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.headers.get("content-range")) == (
        status,
        content,
        shown,
    )
    assert answer.headers["content-length"] == str(len(content))


@pytest.mark.parametrize("asked", ["bytes=33-", "bytes=99-100", "bytes=-0"])
async def test_part_after_the_end_is_416(desk: Desk, asked: str) -> None:
    document = (await desk.add("a.png", PNG)).json()["id"]
    answer = await desk.client.get(f"{desk.address}/{document}/content", headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */33")


async def test_validators_of_a_file(desk: Desk) -> None:
    document = (await desk.add("a.png", PNG)).json()["id"]
    address = f"{desk.address}/{document}/content"
    tag = (await desk.client.get(address)).headers["etag"]
    assert tag == f'"{hashlib.sha256(PNG).hexdigest()}"'
    for known in (tag, f'"x", W/{tag}', "*"):
        assert (await desk.client.get(address, headers={"If-None-Match": known})).status_code == 304
    part = {"Range": "bytes=0-0"}
    assert (await desk.client.get(address, headers={**part, "If-Range": tag})).status_code == 206
    assert (await desk.client.get(address, headers={**part, "If-Range": '"other"'})).status_code == 200
    head = await desk.client.head(address)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "33", b"")


async def test_document_is_deleted_with_its_file(desk: Desk) -> None:
    document = (await desk.add("a.png", PNG)).json()
    address = f"{desk.address}/{document['id']}"
    refused = await desk.client.delete(address, headers={"If-Match": '"7"'})
    assert (refused.status_code, refused.json()["version"]) == (412, 1)
    assert (await desk.client.delete(address, headers={"If-Match": '"1"'})).status_code == 204
    assert desk.files() == []
    assert (await desk.client.get(address)).status_code == 404
    assert (await desk.client.delete(address)).status_code == 404


async def test_upload_that_is_repeated_with_its_key_is_one_document(desk: Desk) -> None:
    form = {"files": {"file": ("a.png", PNG)}, "data": {"type": "cmr"}, "headers": {"Idempotency-Key": "k"}}
    first, again = [await desk.client.post(desk.address, **form) for _ in range(2)]
    assert (first.status_code, again.content, again.headers["etag"]) == (201, first.content, '"1"')
    assert len(desk.files()) == 1


async def test_order_shows_its_documents(desk: Desk) -> None:
    added = (await desk.add("a.png", PNG)).json()
    document = (await desk.client.get(f"{desk.address}/{added['id']}")).json()
    order = (await desk.client.get(desk.address.removesuffix("/documents"))).json()
    assert order["documents"] == [document]
