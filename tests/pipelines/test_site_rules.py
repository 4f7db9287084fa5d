"""The operator's rules for one source: selectors of text, title, date, authors, pages; its zone and language."""

import datetime
from collections.abc import Iterator

import pytest

from pipelines.additions import Additions, SiteRules, set_additions
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.selectors import compile_selector
from storage.body.structure import unpack
from storage.reading import Reading
from tests.support.hostile_server import WORDS

NOW = datetime.datetime(2026, 11, 30, 12, tzinfo=datetime.UTC)
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in WORDS.splitlines())
ODD = "The council met twice on Tuesday and agreed to publish its minutes in full before the end of the week."
PAGE = f"""<html lang="en"><head><title>Harbor Herald</title><meta property="og:type" content="article">
</head><body>
<div class="top">Harbor Herald</div><h2 class="head">The ferry returns</h2>
<div class="by">By <a>Ada Byron</a> and <a>Grace Hopper</a></div><div class="when">20 November 2026 14:00</div>
<div class="sidebar odd"><p>{ODD}</p><p>{ODD.replace("Tuesday", "Friday")}</p></div>
<article>{PARAGRAPHS}
<div class="letter"><p>Sign up to the harbour newsletter, and get the news every morning at seven.</p></div>
</article><a class="on" href="?start=2">Read on</a></body></html>"""


@pytest.fixture(autouse=True)
def _no_additions_afterwards() -> Iterator[None]:
    yield
    set_additions(Additions())


def read(
    page: str = PAGE, url: str = "https://news.example/news/2026/11/20/ferry", source: str = "harbor", **rules: object
) -> Reading:
    sites = {"harbor": SiteRules("harbor", **rules), "plain": None}  # type: ignore[arg-type]
    set_additions(Additions(sites=sites, site_hosts={"news.example": "harbor"}))
    return read_page(RawPage(url, url, page.encode(), 200, NOW, source=source))


def test_each_rule_gives_its_field() -> None:
    reading = read(
        title="h2.head", date="//div[@class='when']", author=".by a", remove=(".letter",), select=("article",),
        next_page="a.on", timezone="Europe/London",
    )  # fmt: skip
    assert reading.title == "The ferry returns"
    assert reading.authors == ("Ada Byron", "Grace Hopper")
    assert reading.published_at == datetime.datetime(2026, 11, 20, 14, tzinfo=datetime.UTC)
    assert (reading.published_precision, reading.published_source) == ("instant", "rule")
    assert reading.text == WORDS.strip()
    assert reading.following == ((2, "https://news.example/news/2026/11/20/ferry?start=2"),)
    assert reading.site_rules == ("select", "remove", "title", "date", "author", "next_page")
    assert reading.rules_without_match == ()
    assert ("remove", ".letter") in [(cut.rule, cut.detail) for cut in reading.cuts]


def test_a_zone_is_that_of_the_source_and_not_of_the_config() -> None:
    hours = {
        zone: read(date=".when", timezone=zone).published_at
        for zone in ("Asia/Tokyo", "Europe/London", "America/New_York")
    }
    assert [moment.hour for moment in hours.values() if moment] == [5, 14, 19]


def test_select_takes_elements_that_the_general_rules_cut() -> None:
    reading = read(select=("div.odd",))
    assert reading.is_article
    assert reading.text.splitlines()[0] == ODD
    assert "ferry would return" not in reading.text


def test_elements_come_in_the_order_of_the_page_and_none_twice() -> None:
    page = (
        "<html><body><div id=b><p>"
        + ODD
        + "</p></div><div id=a><p>"
        + WORDS.splitlines()[0]
        + "</p></div></body></html>"
    )
    reading = read(page, select=("#a", "#b", "#b p"))
    assert reading.text.splitlines() == [ODD, WORDS.splitlines()[0]]


@pytest.mark.parametrize("selected", ["article", "div.odd"])
def test_a_selected_text_keeps_its_links(selected: str) -> None:
    page = PAGE.replace("The council", '<a href="/council">The council</a>').replace(
        "ferry", "<a href='/ferry'>ferry</a>"
    )
    reading = read(page, select=(selected,))
    links = unpack(reading.body, reading.text).links
    assert {link.url for link in links} == {f"https://news.example/{'ferry' if selected == 'article' else 'council'}"}


@pytest.mark.parametrize("selector", [".gone", "body", "//@class", "//p[foo()]"])
def test_a_selector_that_matches_nothing_or_everything_leaves_the_general_reading(selector: str) -> None:
    general = read(source="plain")
    reading = read(select=(selector,))
    assert reading.text == general.text
    assert reading.is_article
    assert reading.rules_without_match == ("select",)
    assert reading.reason_with_errors("") == "rules without a match: select"


def test_removing_everything_removes_nothing() -> None:
    assert read(remove=("body", "html", "//*[self::body]")).text == read(source="plain").text


TWO_RULES = (("h1", ""), ("h2", ""), ("", "UTC"))


def test_rules_join_the_version_and_another_rule_is_another_version() -> None:
    plain = read(source="plain").extractor_version
    versions = {read(title=title).extractor_version for title in ("h1", "h2.head")} | {
        read(timezone="UTC").extractor_version
    }
    assert len(versions) == 3
    assert all(version.startswith(f"{plain}+harbor-") for version in versions)


def test_without_a_known_source_the_host_decides() -> None:
    assert read(source="", title="h2.head").title == "The ferry returns"
    assert read(source="news.example", title="h2.head").title == "The ferry returns"
    assert read(source="", url="https://other.example/a", title="h2.head").title != "The ferry returns"


def test_a_later_page_finds_its_first_one() -> None:
    page = PAGE.replace("?start=2", "?start=3").replace("Read on", 'Read on</a><a href="/news/2026/11/20/ferry">Start')
    reading = read(page, "https://news.example/news/2026/11/20/ferry?start=2", next_page="a.on")
    assert (reading.page_number, reading.first_page) == (2, "https://news.example/news/2026/11/20/ferry")
    assert reading.following == ((3, "https://news.example/news/2026/11/20/ferry?start=3"),)
    last = page.replace('class="on"', 'class="off"')
    assert read(last, "https://news.example/news/2026/11/20/ferry?start=3", next_page="a.on").page_number == 3


def test_the_language_of_the_source_decides_where_words_leave_it_open() -> None:
    page = "<html lang=ja><head><title>大学</title></head><body><p>大学</p></body></html>"
    assert read(page, language="zh").language == "zh"
    assert read(page, source="plain").language == "ja"
    assert read(language="ja").language == "en"


@pytest.mark.parametrize("wrong", ["div[", "//a[", "a" * 1_001, ":has-no", "(//a"])
def test_a_broken_selector_is_refused_in_one_line(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"no CSS selector|no XPath|longer than") as caught:
        compile_selector(wrong)
    assert "\n" not in str(caught.value)


def test_an_xpath_reads_no_file() -> None:
    assert read(title="document('/etc/passwd')//a").title == read(source="plain").title
