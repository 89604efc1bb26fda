"""Keys of the trusted issuer: which are taken, where they may come from."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from catalogue.app import create_app
from catalogue.breakers import Breakers
from catalogue.callers.fetched_keys import FetchedKeys, is_outside
from catalogue.callers.key_sets import KeySet, read_key_file
from catalogue.settings import Settings
from tests.callers.conftest import bearer
from tests.callers.forging import AUDIENCE, EXTERNAL_KEYS, ISSUER, key_set, signed
from tests.conftest import running

pytestmark = pytest.mark.anyio


async def test_keys_are_fetched_on_a_timetable_and_outlive_a_failure(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    requests: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        body = json.dumps(key_set()).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = settings_for(
        database,
        JWT_ISSUER=ISSUER,
        JWT_AUDIENCE=AUDIENCE,
        JWT_KEYS_URL=f"http://127.0.0.1:{port}/keys",
    )
    app = create_app(settings)
    async with server, running(app, key=None) as client:
        await app.state.gate.identities._tokens._foreign._keys.fetched.wait()
        for token in (signed(), signed(headers={"kid": "new"}), signed(headers={"kid": "newer"})):
            await client.get("/orders", headers=bearer(token))
        assert (await client.get("/orders", headers=bearer(signed()))).status_code == 200
        assert len(requests) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": {"kid": "a"}}',
        '{"keys": [{"kty": "oct", "kid": "a", "k": "c2hvcnQ"}]}',
        '{"keys": [{"kty": "RSA"}]}',
        '{"keys": [{"kty": "RSA", "kid": ["a"]}]}',
        '{"keys": [{"kty": "RSA", "kid": {}, "n": "AQAB", "e": "AQAB"}]}',
        '{"keys": [{"kty": ["RSA"], "kid": "a"}]}',
        '{"keys": [{"kty": "RSA", "kid": "a", "n": 5, "e": null}]}',
        '{"keys": [{"kty": "OKP", "crv": "X25519", "kid": "a", "x": "AA"}]}',
        '{"keys": [{"kty": "EC", "crv": "P-256", "kid": "a", "x": "AA", "y": "AA"}]}',
        '{"keys": [null, 5, "a", []]}',
        "none",
    ],
)
def test_file_without_a_usable_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError says so
        read_key_file(path)


def test_keys_that_no_signature_may_be_checked_with_are_left_out() -> None:
    first, second, _ = key_set()["keys"]
    private = json.loads(RSAAlgorithm.to_jwk(EXTERNAL_KEYS["RS256"]))
    weak = rsa.generate_private_key(public_exponent=65_537, key_size=1_024).public_key()  # noqa: S505 - weak on purpose
    others = [
        {name: value for name, value in first.items() if name != "kid"},
        {**first, "kid": "enc", "use": "enc"},
        {**first, "kid": "ops", "key_ops": ["encrypt"]},
        {**private, "kid": "private", "key_ops": ["verify"]},
        {**json.loads(RSAAlgorithm.to_jwk(weak)), "kid": "weak"},
    ]
    keys = KeySet({"keys": [*others, second]})
    assert [key for key in ("enc", "ops", "private", "weak") if keys.find(key)] == []
    assert keys.find(second["kid"]) is not None


def test_two_keys_of_one_id_are_no_key_set() -> None:
    first, second, _ = key_set()["keys"]
    with pytest.raises(ValueError, match="two keys of one id"):
        KeySet({"keys": [first, {**second, "kid": first["kid"]}]})


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("64:ff9b::5db8:d822", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("2002:7f00:1::1", False),
        ("64:ff9b::7f00:1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_addresses_inside_are_known_in_every_disguise(address: str, *, outside: bool) -> None:
    assert is_outside(address) is outside


@pytest.mark.parametrize("host", ["localhost", "[::ffff:127.0.0.1]", "[::1]", "127.1", "2130706433"])
async def test_keys_are_not_fetched_from_inside_unless_a_setting_allows_it(host: str) -> None:
    reached: list[object] = []
    server = await asyncio.start_server(lambda _, writer: reached.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(PermissionError):
            await FetchedKeys(f"http://{host}:{port}/keys", Breakers(), refresh_s=60, inside=False).fetch()
    assert reached == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/keys\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"a" * 300_000,
        b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=["redirect", "too large", "failure"],
)
async def test_answer_that_is_no_key_set_is_refused(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(ValueError, match=r"answered|too large"):
            await FetchedKeys(f"http://127.0.0.1:{port}/keys", Breakers(), refresh_s=60, inside=True).fetch()
