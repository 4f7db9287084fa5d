"""Read headers and bodies of HTTP answers that public reports say are misread (docs/public-reports.md)."""

import datetime
import gzip
import zlib

import brotli
import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import ACCEPTED_ENCODINGS
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from crawler.middlewares.backoff import retry_after
from crawler.middlewares.cut_answers import CompleteAnswers

NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)
URL = "https://news.example/n/1"
BODY = b"<html><body>" + b"<p>A page of the harbour.</p>" * 50 + b"</body></html>"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("-5", None),  # apify/crawlee-python#1995
        ("120", 120.0),
        (" 120 ", 120.0),
        ("Tue, 24 Nov 2026 03:02:00 GMT", 120.0),  # vercel/fetch-retry#31, benoitc/livery#47
        ("Tue, 24 Nov 2026 12:02:00 +0900", 120.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("1e9", None),
        ("soon", None),
        ("", None),
        ("9" * 5_000, 999_999_999.0),
    ],
)
def test_a_server_says_when_to_come_back(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def _unpacked(body: bytes, encoding: str) -> bytes:
    headers = {"Content-Encoding": encoding, "Content-Type": "text/html; charset=utf-8"}
    response = HtmlResponse(URL, body=body, headers=headers)
    middleware = CompleteAnswers.from_crawler(get_crawler())
    result = middleware.process_response(Request(URL), response)
    assert isinstance(result, Response)
    return result.body


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),  # raw, as some servers understand the name
        ("br", brotli.compress(BODY)),  # janreges/siteone-crawler#107
        ("gzip, gzip", gzip.compress(gzip.compress(BODY))),
        ("br, gzip", gzip.compress(brotli.compress(BODY))),
        ("identity", BODY),
        ("gzip", gzip.compress(BODY)[:-8]),  # cut within its trailer
    ],
    ids=["gzip", "x-gzip", "deflate", "raw-deflate", "br", "gzip-twice", "br-gzip", "identity", "cut"],
)
def test_a_packed_body_is_unpacked(encoding: str, body: bytes) -> None:
    assert _unpacked(body, encoding) == BODY


def test_only_what_can_be_unpacked_is_asked_for() -> None:
    """lwthiker/curl-impersonate#1: brotli was offered and could not be read."""
    assert b"br" in ACCEPTED_ENCODINGS
    assert b"gzip" in ACCEPTED_ENCODINGS
