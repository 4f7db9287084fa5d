"""What publishers say against being kept or mined is read, and only where it is said to us."""

import datetime

import pytest

from pipelines.metadata.tdm_reservations import read_robots_reservations, read_tdmrep_reservations
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.reading import Reading, Reservation


def read(head: str = "", *headers: tuple[str, str], body: bytes | None = None) -> Reading:
    html = f"<!doctype html><html><head>{head}<title>Ferry</title></head><body><p>The ferry returns.</p></body></html>"
    now = datetime.datetime(2026, 10, 5, tzinfo=datetime.UTC)
    url = "https://news.example/a/1"
    return read_page(RawPage(url, url, body if body is not None else html.encode(), 200, now, headers))


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ('<meta name="robots" content="noarchive">', ()),
        ('<META NAME="Robots" CONTENT="index, NoArchive">', ()),
        ('<meta name="kiji" content="nocache">', ()),
        ("", (("x-robots-tag", "noarchive"),)),
        ("", (("x-robots-tag", "otherbot: noindex"), ("x-robots-tag", "nofollow, noarchive"))),
        ("", (("x-robots-tag", "unavailable_after: 25 Jun 2027 15:00:00 PST, noarchive"),)),
        ("", (("x-robots-tag", "otherbot: noindex, kiji: noarchive"),)),
    ],
)
def test_noarchive_is_heard_in_meta_tags_and_in_headers(head: str, headers: tuple[tuple[str, str], ...]) -> None:
    assert read(head, *headers).noarchive


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ("", ()),
        ('<meta name="otherbot" content="noarchive">', ()),
        ('<meta name="robots" content="noindex, nofollow">', ()),
        ("", (("x-robots-tag", "otherbot: nofollow, noarchive"),)),
    ],
)
def test_what_is_said_to_others_or_of_other_things_is_no_noarchive(
    head: str, headers: tuple[tuple[str, str], ...]
) -> None:
    assert not read(head, *headers).noarchive


def test_a_file_that_is_no_page_is_not_kept_either_where_its_header_says_so() -> None:
    assert read("", ("x-robots-tag", "noarchive"), body=b"%PDF-1.7").noarchive


def test_reservations_are_told_by_kind_and_place() -> None:
    head = '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://news.example/tdm">'
    reading = read(head + '<meta name="robots" content="noai, noimageai">', ("tdm-reservation", "1"))
    assert set(reading.reservations) == {
        Reservation("tdm-reservation", "header"),
        Reservation("tdm-reservation", "meta", "https://news.example/tdm"),
        Reservation("noai", "meta"),
        Reservation("noimageai", "meta"),
    }
    assert read('<meta name="tdm-reservation" content="0">').reservations == ()


def test_a_tdmrep_file_names_the_paths_that_it_speaks_of() -> None:
    body = b'[{"location": "/a/*", "tdm-reservation": 1, "tdm-policy": "https://p.example"}, {"tdm-reservation": 0}]'
    assert read_tdmrep_reservations(body) == (Reservation("tdm-reservation", "tdmrep.json", "/a/* https://p.example"),)
    for broken in (b"", b"\xff\xfe", b"{}", b"[1, null]", b"[" * 100_000, b"<html>"):
        assert read_tdmrep_reservations(broken) == ()


def test_a_robots_txt_that_signals_against_training_is_recorded_and_one_that_allows_it_is_not() -> None:
    assert read_robots_reservations("User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n") == (
        Reservation("content-signal", "robots.txt", "search=yes, ai-train=no"),
    )
    assert read_robots_reservations("Content-Usage: train-ai=n\n")[0].detail == "train-ai=n"
    assert read_robots_reservations("Content-Signal: ai-train=yes\nUser-agent: *\nDisallow: /ai=no\n") == ()
