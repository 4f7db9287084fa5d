"""Sign requests, so that servers know who crawls: HTTP Message Signatures (RFC 9421) as Web Bot Auth uses them.

The drafts are draft-meunier-web-bot-auth-architecture and draft-meunier-http-message-signatures-directory.
"""

import base64
import dataclasses
import datetime
import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from crawler.config.errors import ConfigError
from crawler.config.secrets import SecretMissing, read_secret
from crawler.config.tables import Signatures
from storage.distribution import install_extra

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

COVERED = ("@authority", "signature-agent")
VALID = datetime.timedelta(minutes=5)
"""How long a signature holds: long enough for a queue and for clocks that differ."""

_NONCE = 64  # bytes


class SignatureProblem(ValueError):
    """Requests cannot be signed. The message says why in one line."""


@dataclasses.dataclass(frozen=True)
class _Message:
    method: str
    url: str
    headers: dict[str, str]


class RequestSigner:
    """Signs requests with the key of ``[signatures]``. Raises SignatureProblem."""

    def __init__(self, settings: Signatures) -> None:
        try:
            import http_message_signatures as signatures
        except ImportError:
            raise SignatureProblem(
                f"[signatures] needs the package http-message-signatures: {install_extra('signatures')}"
            ) from None
        self._agent = f'"{settings.agent}"'
        self._key = _private_key(settings)
        self.key_id = thumbprint(public_key(self._key))
        private = self._key

        class Keys(signatures.HTTPSignatureKeyResolver):  # type: ignore[misc,unused-ignore]
            def resolve_private_key(self, key_id: str) -> Any:  # noqa: ARG002 - the library's signature
                return private

        self._signer: Any = signatures.HTTPMessageSigner(
            signature_algorithm=signatures.algorithms.ED25519, key_resolver=Keys()
        )

    def headers(self, method: str, url: str, now: datetime.datetime) -> dict[str, str]:
        """Return the three headers of a request to this address."""
        message = _Message(method, url.partition("#")[0], {"Signature-Agent": self._agent})
        self._signer.sign(
            message,
            key_id=self.key_id,
            created=now,
            expires=now + VALID,
            nonce=base64.b64encode(secrets.token_bytes(_NONCE)).decode(),
            label="sig1",
            tag="web-bot-auth",
            covered_component_ids=COVERED,
        )
        return message.headers


def check_signatures(settings: Signatures) -> None:
    """Check that requests can be signed, if that is configured. Raises ConfigError."""
    try:
        if settings.key:
            RequestSigner(settings)
    except SignatureProblem as problem:
        raise ConfigError([str(problem)]) from None


def public_key(key: "Ed25519PrivateKey") -> dict[str, str]:
    """Return the public key as a JSON Web Key (RFC 8037, section 2)."""
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(key.public_key().public_bytes_raw())}


def thumbprint(key: dict[str, str]) -> str:
    """Return a key's id: its thumbprint (RFC 7638)."""
    text = json.dumps(dict(sorted(key.items())), separators=(",", ":"))
    return _base64url(hashlib.sha256(text.encode()).digest())


def key_directory(settings: Signatures) -> str:
    """Return what is to be served at ``/.well-known/http-message-signatures-directory``. Raises SignatureProblem."""
    key = public_key(_private_key(settings))
    return json.dumps({"keys": [{**key, "kid": thumbprint(key), "use": "sig"}]}, indent=2)


def _private_key(settings: Signatures) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(read_secret(settings.key).encode(), None)
    except SecretMissing as missing:
        raise SignatureProblem(f"[signatures] key: {missing}") from None
    except (ValueError, TypeError):
        raise SignatureProblem("[signatures] key: not a private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureProblem("[signatures] key: not an Ed25519 key; openssl genpkey -algorithm ed25519 makes one")
    return key


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
