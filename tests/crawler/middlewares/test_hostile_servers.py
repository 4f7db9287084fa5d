"""Servers that send too much, too little, nothing, or under a name that is not theirs."""

import datetime
import gzip
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import brotli
import pytest
from backports import zstd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.guarded_crawls import crawl
from tests.support.guarded_site import Site, page

MIB = 1024 * 1024


def bomb(mebibytes: int) -> bytes:
    compressor = zlib.compressobj(1, wbits=31)
    return b"".join(compressor.compress(bytes(MIB)) for _ in range(mebibytes)) + compressor.flush()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Connection", "close")
    handler.end_headers()
    for _ in range(300):
        handler.wfile.write(bytes(MIB))


def ends_early(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<p>the first words")
    handler.close_connection = True


def headers_without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(200):
        handler.wfile.write(b"X-More: and more\r\n" * 60_000)


def early_hints_without_end(handler: BaseHTTPRequestHandler) -> None:
    for _ in range(200):
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 20_000)


def one_endless_header(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-More: ")
    for _ in range(200):
        handler.wfile.write(b"x" * MIB)


def not_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\xff\x00 what is this\r\n\r\n")
    handler.close_connection = True


def test_what_a_hostile_server_sends_ends_as_an_error_of_that_request_alone_and_in_little_memory() -> None:
    zipped = bomb(300)
    twice = gzip.compress(gzip.compress(zipped))
    answers = {
        "/good": page(),
        "/just-fits": page(b"x" * (10 * MIB)),
        "/declared": page(b"x" * (10 * MIB + 1)),
        "/endless": endless,
        "/bomb": page(zipped, headers={"Content-Encoding": "gzip"}),
        "/bomb-in-bomb": page(twice, headers={"Content-Encoding": "gzip, gzip, gzip"}),
        "/deflate-bomb": page(zlib.compress(bytes(100 * MIB), 1), headers={"Content-Encoding": "deflate"}),
        "/br-bomb": page(brotli.compress(bytes(100 * MIB), quality=1), headers={"Content-Encoding": "br"}),
        "/zstd-bomb": page(zstd.compress(bytes(100 * MIB)), headers={"Content-Encoding": "zstd"}),
        "/no-gzip": page(b"<p>not packed at all", headers={"Content-Encoding": "gzip"}),
        "/headers": headers_without_end,
        "/hints": early_hints_without_end,
        "/header": one_endless_header,
        "/big-head": page(b"read", headers={f"X-{number}": "x" * 10_000 for number in range(20)}),
        "/early": ends_early,
        "/not-http": not_http,
    }
    with Site(answers) as site:
        site.answers["/never"] = site.never
        result = crawl(
            [(site.url(path), {"download_timeout": 1} if path == "/never" else {}) for path in site.answers],
            {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"]},
            cold=True,
        )
        ends = {path: result.of(site.url(path)) for path in site.answers}
    assert (ends["/good"].status, ends["/just-fits"].length) == (200, 10 * MIB)
    assert ends["/declared"].error == "DownloadCancelledError"
    assert ends["/endless"].error == "DownloadCancelledError"
    for path in ("/bomb", "/bomb-in-bomb", "/deflate-bomb", "/br-bomb", "/zstd-bomb"):
        assert ends[path].error == "IgnoreRequest", path
        assert "DOWNLOAD_MAXSIZE" in ends[path].reason
    assert ends["/no-gzip"].error == "BadGzipFile"
    assert ends["/big-head"].length == 4
    for path in ("/headers", "/hints"):
        assert "headers are larger than 256 kB" in ends[path].reason
    assert {ends[path].error for path in ("/headers", "/hints", "/header")} == {"DownloadFailedError"}
    assert ends["/early"].error == "ResponseDataLossError"
    assert ends["/not-http"].error == "DownloadFailedError"
    assert ends["/never"].error == "DownloadTimeoutError"
    assert result.peak_mib < 300


@pytest.mark.parametrize("names", [["localhost"], ["other.example"], []])
def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path: Path, names: list[str]) -> None:
    with Site({"/": page()}) as site:
        site.over_tls(self_signed(tmp_path, names))
        url = site.url(scheme="https")
        result = crawl([url], {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"]})
    assert site.log == []
    assert result.of(url).status == 0
    reason = "is for another name" if "other.example" in names else "(certificate verify failed)"
    assert result.of(url).reason.endswith(reason)
    assert "Traceback" not in result.log  # of Twisted's, twice a connection, where the certificate has no name


def self_signed(folder: Path, names: list[str]) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False
        )
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return str(path)
