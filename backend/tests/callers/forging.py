"""The trusted issuer of the tests, and builders of tokens, rightly and wrongly signed."""

import base64
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Callable

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
    return raw_signed(json.dumps(header).encode(), json.dumps(body).encode())


def raw_signed(header: bytes, body: bytes) -> str:
    """Signed by the trusted issuer, byte for byte as given."""
    text = f"{part(header)}.{part(body)}"
    signature = EXTERNAL_KEYS["RS256"].sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{part(signature)}"


def with_secret(secret: bytes, *, algorithm: str = "HS256", key_id: str = "RS256") -> str:
    """Signed with something that is public, as if it were a shared secret."""
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    text = f"{part({'alg': algorithm, 'kid': key_id, 'typ': 'JWT'})}.{part(claims())}"
    return f"{text}.{part(hmac.new(secret, text.encode(), digest).digest())}"
