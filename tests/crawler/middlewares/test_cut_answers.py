"""Refuse packed answers that lack their end, and take all others."""

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from crawler import settings
from crawler.middlewares.cut_answers import CompleteAnswers, CutAnswer, PartialAnswer
from crawler.middlewares.error_words import words_of_error

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

URL = "https://news.example/n/1"
WORDS = "".join(
    f"<p>Paragraph {number} of the harbour, which is {number * 7919} words off.</p>" for number in range(900)
)
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw deflate": lambda body: zlib.compress(body)[2:-4],
    "br": brotli.compress,
    "zstd": zstd.compress,
}


def unpack(body: bytes, encoding: str, status: int = 200, **more: str) -> bytes:
    headers = {"Content-Encoding": encoding, "Content-Type": "text/html; charset=utf-8"}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    answer = CompleteAnswers.from_crawler(get_crawler()).process_response(
        Request(URL), HtmlResponse(URL, status, body=body, headers=headers)
    )
    assert isinstance(answer, Response)
    return answer.body


@pytest.mark.parametrize("name", PACKERS)
def test_an_answer_that_lacks_its_end_is_refused_and_said_to(name: str) -> None:
    page, encoding = f"<html><body>{WORDS}</body></html>".encode(), name.rpartition(" ")[2]
    packed = PACKERS[name](page)
    assert unpack(packed, encoding) == page
    with pytest.raises(CutAnswer) as caught:
        unpack(packed[: len(packed) * 3 // 4], encoding)
    assert words_of_error(caught.value) == "the answer ended before its end"


@pytest.mark.parametrize("name", PACKERS)
def test_a_page_that_closes_nothing_is_whole_where_its_packing_is(name: str) -> None:
    page = f"<!DOCTYPE html><title>Harbour</title>{WORDS}".encode()
    assert unpack(PACKERS[name](page), name.rpartition(" ")[2]) == page


def test_a_closed_page_needs_no_checksum_and_an_error_page_no_end() -> None:
    page = f"<html><body>{WORDS}</body></html>\n<!-- cached -->\n".encode()
    assert unpack(gzip.compress(page)[:-8], "gzip") == page
    cut = gzip.compress(page)[:-2_000]
    assert page.startswith(unpack(cut, "gzip", 404))
    with pytest.raises(CutAnswer):
        unpack(brotli.compress(gzip.compress(page))[:-2_000], "gzip, br")


@pytest.mark.parametrize(
    "sent", ["", "bytes 0-99/1234", "bytes 100-1233/1234", "bytes 0-99/*", "multipart", "bytes */9"]
)
def test_a_part_of_a_page_that_nobody_asked_for_is_refused_and_said_to(sent: str) -> None:
    with pytest.raises(PartialAnswer) as caught:
        unpack(b"<html><body>The first words</body></html>", "identity", 206, Content_Range=sent)
    assert words_of_error(caught.value) == "the server sent only a part of the page (HTTP 206)"


def test_a_part_that_is_all_of_the_page_is_read_if_its_packing_is_whole() -> None:
    packed = gzip.compress(WORDS.encode())
    sent = f"Bytes 0-{len(packed) - 1}/{len(packed)}"
    assert unpack(packed, "gzip", 206, Content_Range=sent) == WORDS.encode()
    with pytest.raises(CutAnswer):
        unpack(packed[:-2_000], "gzip", 206, Content_Range=sent)


def test_a_crawl_unpacks_by_it() -> None:
    assert settings.DOWNLOADER_MIDDLEWARES["crawler.middlewares.cut_answers.CompleteAnswers"] == 590
