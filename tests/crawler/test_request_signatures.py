"""Requests are signed as RFC 9421 and Web Bot Auth want them."""

import datetime
import json
from pathlib import Path
from typing import Any

import http_message_signatures as signatures
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from scrapy import Request

from crawler.cli import run
from crawler.config.tables import Signatures
from crawler.middlewares.signed_requests import SignedRequests
from crawler.request_signatures import RequestSigner, SignatureProblem, thumbprint

RFC_8037 = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(*PEM))
    return path


def settings(path: Path) -> Signatures:
    return Signatures(key=f"file:{path}", agent="https://bot.example")


class Keys(signatures.HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PublicKey) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ARG002 - the library's signature
        return self.key


class Message:
    def __init__(self, request: Request, url: str) -> None:
        self.method, self.url = request.method, url
        self.headers = {name.decode(): values[0].decode() for name, values in request.headers.items()}


def verify(request: Request, signer: RequestSigner, url: str) -> Any:
    verifier = signatures.HTTPMessageVerifier(
        signature_algorithm=signatures.algorithms.ED25519, key_resolver=Keys(signer._key.public_key())
    )
    [result] = verifier.verify(Message(request, url), max_age=datetime.timedelta(minutes=5))
    return result


def test_a_key_is_named_by_its_thumbprint() -> None:
    assert thumbprint(RFC_8037) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"  # RFC 8037, A.3


def test_a_request_is_signed_for_its_own_host(key: Path) -> None:
    signer = RequestSigner(settings(key))
    request = Request("https://news.example/a?b=c#d")
    middleware = SignedRequests(signer)
    middleware.process_request(request)
    middleware.process_request(request)  # again after a retry
    result = verify(request, signer, request.url.partition("#")[0])
    assert list(result.covered_components) == ['"@authority"', '"signature-agent"', '"@signature-params"']
    assert result.parameters["tag"] == "web-bot-auth"
    assert result.parameters["keyid"] == signer.key_id
    assert request.headers["Signature-Agent"] == b'"https://bot.example"'
    with pytest.raises(signatures.InvalidSignature):
        verify(request, signer, "https://other.example/a?b=c")


def test_the_key_to_serve_is_the_one_that_signs(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kiji.toml").write_text(f'[signatures]\nkey = "file:{key}"\nagent = "https://bot.example"\n')
    assert run(["signature"]) == 0
    [served] = json.loads(capsys.readouterr().out)["keys"]
    assert served["kid"] == RequestSigner(settings(key)).key_id
    assert set(served) == {"crv", "kty", "x", "kid", "use"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"words", "not a private key in PEM"),
        (ec.generate_private_key(ec.SECP256R1()).private_bytes(*PEM), "not an Ed25519 key"),
    ],
)
def test_a_key_of_no_use_is_a_mistake(key: Path, content: bytes, problem: str) -> None:
    key.write_bytes(content)
    with pytest.raises(SignatureProblem, match=problem):
        RequestSigner(settings(key))
    with pytest.raises(ValueError, match="does not belong into the config"):
        Signatures(key="words", agent="https://bot.example")
