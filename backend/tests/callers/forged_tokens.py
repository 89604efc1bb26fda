"""Tokens that must not be accepted: every trick that is known."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from tests.callers.forging import (
    AUDIENCE,
    EXTERNAL_KEYS,
    ISSUER,
    STRANGER,
    claims,
    key_set,
    part,
    raw_signed,
    rightly_signed,
    signed,
    unsigned,
    with_secret,
)


@dataclass(frozen=True)
class Own:
    """What an installation signs its own tokens with."""

    key_id: str
    good: str


def forged(own: Own, trap_url: str) -> Iterator[tuple[str, str]]:
    """Every kind of token that must be refused, with its name. `trap_url` counts who asks it."""
    yield from _algorithms()
    yield from _confused_keys()
    yield from _headers(trap_url)
    yield from _claims()
    yield from _shapes()
    yield from _written_twice()
    yield from _own(own)


def _algorithms() -> Iterator[tuple[str, str]]:
    for name in ("none", "None", "NONE", "nOnE", "", None, 1, [], {}, "HS256", "RS384", "unknown"):
        yield f"alg {name!r}, no signature", unsigned(name)
    yield "alg none with a signature", unsigned("none", part(b"a" * 256))
    yield "alg missing", f"{part({'kid': 'RS256'})}.{part(claims())}."
    good = signed()
    yield "signature cut off", good.rpartition(".")[0] + "."
    yield "signature of nulls", good.rpartition(".")[0] + "." + part(b"\0" * 256)
    yield "one bit of the signature", good[:-8] + ("A" if good[-8] != "A" else "B") + good[-7:]
    yield "ES256 of nulls", unsigned("ES256", part(b"\0" * 64), kid="ES256")
    yield (
        "RS384 with the key for RS256",
        jwt.encode(claims(), EXTERNAL_KEYS["RS256"], algorithm="RS384", headers={"kid": "RS256"}),
    )
    yield (
        "PS256 with the key for RS256",
        jwt.encode(claims(), EXTERNAL_KEYS["RS256"], algorithm="PS256", headers={"kid": "RS256"}),
    )


def _confused_keys() -> Iterator[tuple[str, str]]:
    public = EXTERNAL_KEYS["RS256"].public_key()
    for encoding, form in (
        (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        (Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        (Encoding.PEM, PublicFormat.PKCS1),
    ):
        raw = public.public_bytes(encoding, form)
        for algorithm in ("HS256", "HS384", "HS512"):
            yield (
                f"{algorithm} with the public key, {encoding} {form}",
                with_secret(raw, algorithm=algorithm),
            )
    yield "HS256 with an empty secret", with_secret(b"")
    yield "HS256 with the key's name", with_secret(b"RS256")
    yield "HS256 with the key set", with_secret(json.dumps(key_set()).encode())
    yield "a stranger's key", signed(key=STRANGER)
    yield "a stranger's key under another name", signed(key=STRANGER, headers={"kid": "stranger"})
    for algorithm, key_id in (("RS256", "ES256"), ("ES256", "EdDSA"), ("EdDSA", "RS256")):
        yield f"{algorithm} under the name of {key_id}", signed(algorithm, headers={"kid": key_id})


def _headers(trap_url: str) -> Iterator[tuple[str, str]]:
    own_key = json.loads(RSAAlgorithm.to_jwk(STRANGER.public_key()))
    brought: dict[str, Any] = {
        "jku": trap_url,
        "x5u": trap_url,
        "jwk": own_key,
        "x5c": [part(b"certificate")],
        "x5t": "thumbprint",
        "crit": ["exp"],
        "zip": "DEF",
        "cty": "JWT",
        "b64": False,
        "enc": "A256GCM",
        "epk": own_key,
    }
    for name, value in brought.items():
        header = {"alg": "RS256", "kid": "RS256", "typ": "JWT", name: value}
        yield f"header {name}, rightly signed", rightly_signed(header, claims())
        yield (
            f"header {name}, by a stranger",
            signed(key=STRANGER, headers={name: value} if name != "b64" else {}),
        )
    for key_id in (
        "../../../dev/null",
        "' OR 1=1 --",
        "RS256\n",
        " RS256",
        "a" * 129,
        "\u0000",
        trap_url,
        "file:///dev/null",
    ):
        yield f"kid {key_id[:12]!r}", signed(headers={"kid": key_id})
    for kind in ("dpop+jwt", "logout+jwt", "secevent+jwt", "id_token", "jose", "", "at+JWT;x"):
        header = {"alg": "RS256", "kid": "RS256", "typ": kind}
        yield f"typ {kind!r}", rightly_signed(header, claims())
    yield "no kid", jwt.encode(claims(), EXTERNAL_KEYS["RS256"], algorithm="RS256")


def _claims() -> Iterator[tuple[str, str]]:
    now = int(time.time())
    wrong: dict[str, dict[str, Any]] = {
        "expired": {"exp": now - 60},
        "expired long ago": {"exp": 1},
        "expires never": {"exp": None},
        "expires at a text": {"exp": "tomorrow"},
        "expires at infinity": {"exp": float("inf")},
        "expires at no number": {"exp": float("nan")},
        "expires at a number past all clocks": {"exp": 1e300},
        "expires at a number of 400 digits": {"exp": 10**400},
        "expires at a text of digits": {"exp": str(now + 600)},
        "expires at Arabic digits": {"exp": "\u0661" * 11},
        "expires at true": {"exp": True},
        "expires in a list": {"exp": [now + 600]},
        "expires before the beginning": {"exp": -1},
        "valid from a text": {"nbf": "0"},
        "valid from false": {"nbf": False},
        "issued at a text": {"iat": "0"},
        "issued at infinity": {"iat": float("-inf")},
        "not yet valid": {"nbf": now + 600},
        "issued in the future": {"iat": now + 600},
        "no time of issue": {"iat": None},
        "foreign issuer": {"iss": "https://other.example"},
        "issuer with a suffix": {"iss": f"{ISSUER}.evil.example"},
        "issuer in a list": {"iss": [ISSUER]},
        "no issuer": {"iss": None},
        "our own issuer": {"iss": "catalogue"},
        "foreign audience": {"aud": "https://other.example"},
        "audience in part": {"aud": AUDIENCE[:-1]},
        "no audience": {"aud": None},
        "empty audiences": {"aud": []},
        "no subject": {"sub": None},
        "empty subject": {"sub": ""},
        "subject is a number": {"sub": 5},
        "subject with a line end": {"sub": "a\nb"},
        "very long subject": {"sub": "a" * 1_000},
        "subject with a NUL": {"sub": "a\0admin"},
        "subject that turns the text around": {"sub": "a\u202enimda"},
        "subject with half a letter": {"sub": "\ud800"},
        "audience in an object": {"aud": {AUDIENCE: True}},
        "audience in a list of lists": {"aud": [[AUDIENCE]]},
        "issuer with a NUL": {"iss": f"{ISSUER}\0"},
        "issuer in capitals": {"iss": ISSUER.upper()},
        "scopes are a number": {"scope": 1},
        "scopes in a list": {"scope": ["admin"]},
        "scopes in an object": {"scope": {"admin": True}},
    }
    for name, changed in wrong.items():
        yield name, rightly_signed({"alg": "RS256", "kid": "RS256", "typ": "JWT"}, claims(**changed))


def _shapes() -> Iterator[tuple[str, str]]:
    good = signed()
    head, body, signature = good.split(".")
    yield "nested", jwt.encode({"token": good}, STRANGER, algorithm="RS256", headers={"kid": "RS256"})
    yield "huge", signed(padding="a" * 20_000)
    yield "two parts", f"{head}.{body}"
    yield "four parts", f"{good}.{signature}"
    yield "five parts, as if encrypted", f"{head}.{body}.{body}.{body}.{signature}"
    yield "only dots", ".."
    yield "no base64", "!!!.???.***"
    yield "header is no JSON", f"{part(b'{')}.{body}.{signature}"
    yield "header is a list", f"{part([])}.{body}.{signature}"
    yield "header is nested deeply", f"{part(b'[' * 4_000)}.{body}.{signature}"
    yield "claims are a list", f"{head}.{part([])}.{signature}"
    yield "claims of another token", f"{head}.{part(claims(scope='admin'))}.{signature}"
    yield "header of another token", f"{part({'alg': 'RS256', 'kid': 'RS256'})}.{body}.{signature}"
    yield "padding added", f"{good}===="
    yield "padding as it should not be", f"{head}.{body}.{signature}=="
    yield "a line end at the end", f"{good}%0A"
    yield (
        "a star in the signature, which a lenient reader skips",
        f"{head}.{body}.{signature[:9]}*{signature[9:]}",
    )
    yield "blanks in the signature", f"{head}.{body}.{signature[:9]} {signature[9:]}"
    yield "signature in the other alphabet", f"{head}.{body}.{other_alphabet(signature)}"
    yield "loose bits at the end", good[:-1] + loose_bits(good[-1])
    yield (
        "bytes behind the signature",
        f"{head}.{body}.{part(base64.urlsafe_b64decode(signature + '==') + b'a')}",
    )
    yield "header of blanks", f"{part(b'   ')}.{body}.{signature}"
    yield "header with a mark of order", f"{part(chr(0xFEFF).encode() + b'{}')}.{body}.{signature}"
    yield "header in UTF-16", f"{part('{}'.encode('utf-16'))}.{body}.{signature}"


def other_alphabet(text: str) -> str:
    """The same bytes as plain base64 writes them; a letter is put in where that makes no difference."""
    return text.replace("-", "+").replace("_", "/") if set(text) & {"-", "_"} else f"+{text[1:]}"


def loose_bits(letter: str) -> str:
    """A letter that a lenient reader takes for the same: it differs in bits that are thrown away."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(letter) ^ 1]


def _written_twice() -> Iterator[tuple[str, str]]:
    """Rightly signed, but what is said twice may be read two ways."""
    good = {"alg": "RS256", "kid": "RS256", "typ": "JWT"}
    text = json.dumps(claims())[:-1]
    for name, value in {"alg": "none", "kid": "stranger", "typ": "secevent+jwt"}.items():
        doubled = json.dumps(good)[:-1] + f', "{name}": "{value}"}}'
        yield f"header {name} twice", raw_signed(doubled.encode(), json.dumps(claims()).encode())
        swapped = f'{{"{name}": "{value}", ' + json.dumps(good)[1:]
        yield (
            f"header {name} twice, the good one last",
            raw_signed(swapped.encode(), json.dumps(claims()).encode()),
        )
    for name, raw in {
        "sub": '"admin"',
        "scope": '"admin"',
        "exp": "9999999999",
        "iss": f'"{ISSUER}"',
        "aud": f'"{AUDIENCE}"',
    }.items():
        yield (
            f"claim {name} twice",
            raw_signed(json.dumps(good).encode(), f'{text}, "{name}": {raw}}}'.encode()),
        )
    yield "claims with bytes that are no UTF-8", raw_signed(json.dumps(good).encode(), b'{"sub": "\xff"}')
    yield "claims that are nested deeply", raw_signed(json.dumps(good).encode(), b"[" * 2_000 + b"]" * 2_000)


def _own(own: Own) -> Iterator[tuple[str, str]]:
    head, body, signature = own.good.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    yield "ours, for another user", f"{head}.{part({**payload, 'sub': '1'})}.{signature[:-2]}AA"
    yield "ours, without its signature", f"{head}.{body}."
    yield "ours, with loose bits at the end", own.good[:-1] + loose_bits(own.good[-1])
    yield "ours, with its other half of the curve", f"{head}.{body}.{other_half(signature)}"
    yield (
        "ours, as the issuer's media type",
        f"{part({'alg': 'EdDSA', 'kid': own.key_id, 'typ': 'JWT'})}.{body}.{signature}",
    )
    yield (
        "ours, by another Ed25519 key",
        jwt.encode(
            payload, EXTERNAL_KEYS["EdDSA"], algorithm="EdDSA", headers={"kid": own.key_id, "typ": "at+jwt"}
        ),
    )
    yield (
        "our key's name on a token of the issuer",
        signed("EdDSA", headers={"kid": own.key_id, "typ": "at+jwt"}),
    )
    yield (
        "our claims, signed by the issuer",
        jwt.encode(
            payload, EXTERNAL_KEYS["RS256"], algorithm="RS256", headers={"kid": "RS256", "typ": "at+jwt"}
        ),
    )
    yield "HS256 with our key's name", with_secret(own.key_id.encode(), key_id=own.key_id)


def other_half(signature: str) -> str:
    """The signature with the order of the group added to its second half: lenient verifiers take it too."""
    raw = base64.urlsafe_b64decode(signature + "==")
    order = 2**252 + 27742317777372353535851937790883648493
    second = int.from_bytes(raw[32:], "little") + order
    return part(raw[:32] + (second % 2**256).to_bytes(32, "little"))
