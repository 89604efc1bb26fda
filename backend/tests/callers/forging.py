"""Tokens that must not be accepted: one builder for every trick that is known."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER = "https://issuer.example"
AUDIENCE = "https://catalogue.example"
EXTERNAL_KEYS = {
    "RS256": rsa.generate_private_key(public_exponent=65_537, key_size=2_048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
STRANGER = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def key_set() -> dict[str, Any]:
    """The public keys of the trusted issuer, as it publishes them."""
    makers: dict[str, Callable[[Any], str]] = {
        "RS256": RSAAlgorithm.to_jwk,
        "ES256": ECAlgorithm.to_jwk,
        "EdDSA": OKPAlgorithm.to_jwk,
    }
    return {
        "keys": [
            {**json.loads(makers[name](key.public_key())), "kid": name, "alg": name, "use": "sig"}
            for name, key in EXTERNAL_KEYS.items()
        ]
    }


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "somebody",
        "scope": "orders:read",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(
    algorithm: str = "RS256", *, key: Any = None, headers: dict[str, Any] | None = None, **changed: Any
) -> str:
    """A token of the trusted issuer, with what is changed."""
    shown = {"kid": algorithm, **(headers or {})}
    return jwt.encode(claims(**changed), key or EXTERNAL_KEYS[algorithm], algorithm=algorithm, headers=shown)


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(algorithm: Any, signature: str = "", **headers: Any) -> str:
    header = {"alg": algorithm, "kid": "RS256", "typ": "JWT", **headers}
    return f"{part(header)}.{part(claims())}.{signature}"


def rightly_signed(header: dict[str, Any], body: dict[str, Any]) -> str:
    """Signed by the trusted issuer, whatever it says; a library would refuse to make some of these."""
    text = f"{part(header)}.{part(body)}"
    signature = EXTERNAL_KEYS["RS256"].sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{part(signature)}"


def with_secret(secret: bytes, *, algorithm: str = "HS256", key_id: str = "RS256") -> str:
    """Signed with something that is public, as if it were a shared secret."""
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    text = f"{part({'alg': algorithm, 'kid': key_id, 'typ': 'JWT'})}.{part(claims())}"
    return f"{text}.{part(hmac.new(secret, text.encode(), digest).digest())}"


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


def _own(own: Own) -> Iterator[tuple[str, str]]:
    head, body, signature = own.good.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    yield "ours, for another user", f"{head}.{part({**payload, 'sub': '1'})}.{signature[:-2]}AA"
    yield "ours, without its signature", f"{head}.{body}."
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
