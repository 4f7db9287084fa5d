"""The truth: that it is on the pages, that it hangs together, and that a crawl can reach all of it."""

import json
import re
from urllib.parse import urljoin, urlsplit

import pytest

from crawler.sample.content import load_content
from crawler.sample.server import SampleSite
from crawler.sample.truth import Truth, TruthArticle, TruthEdge
from tests.support.sample_requests import encoding_of, fetch, page_words, spaced

DEPTH = 3


def test_there_are_enough_articles_in_both_languages_and_others_beside(site: SampleSite) -> None:
    languages = site.truth().languages()
    assert sum(languages.values()) >= 34
    assert languages["ja"] >= 15
    assert languages["en"] >= 15
    assert (languages["ko"], languages["zh"]) == (1, 2)
    by_source = [article.source for article in site.truth().articles]
    assert by_source.count("mirai") >= 22
    assert by_source.count("harbor") >= 12
    assert site.truth().copies_by_kind() == {"url": 5, "exact": 2}


def _words(article: TruthArticle, url: str) -> str:
    return page_words(fetch(url).document(encoding_of(article)))


def test_every_articles_title_and_text_stand_on_its_page(site: SampleSite) -> None:
    for article in site.truth().articles:
        words = _words(article, article.url)
        for later in (copy.url for copy in site.truth().copies if copy.url.startswith(f"{article.url}?page=")):
            words += _words(article, later)
        for paragraph in article.text.splitlines():
            assert paragraph in words, article.key
        if article.key != "bridge":  # its heading is spoiled on purpose
            assert spaced(article.title) in words, article.key


def test_every_copys_page_holds_the_articles_text(site: SampleSite) -> None:
    truth = site.truth()
    articles = {article.url: article for article in truth.articles}
    for copy in truth.copies:
        if "?page=" in copy.url:  # a later page holds the rest of the text
            continue
        words = page_words(fetch(copy.url).document())
        for paragraph in articles[copy.article_url].text.splitlines():
            assert paragraph in words, copy.url


def test_the_edited_text_stands_on_the_page_of_edition_2() -> None:
    with SampleSite(edition=2) as running:
        edited = [article for article in running.truth().articles if article.edit]
        assert {article.key for article in edited} == {"quake", "bakery"}
        for article in edited:
            assert article.edit is not None
            words = _words(article, article.url)
            assert spaced(article.edit.title) in words
            assert article.edit.text != article.text
            assert all(paragraph in words for paragraph in article.edit.text.splitlines())


def test_the_ticker_changes_on_the_page_and_not_in_its_text(site: SampleSite) -> None:
    (url,) = site.truth().furniture_changes
    with SampleSite(edition=2) as after:
        pages = [
            _words(site.truth().article("mayor-vote"), base + urlsplit(url).path)
            for base in (site.main_url, after.main_url)
        ]
        assert pages[0] != pages[1]
        texts = [running.truth().article("mayor-vote") for running in (site, after)]
    assert texts[0].text == texts[1].text
    assert texts[1].edit is None


def _block(page: TruthEdge, truth: Truth) -> list[tuple[str, str]]:
    """Links and words of the page's related block, in order, read from its markup."""
    article = next((a for a in truth.articles if a.url == page.page_url), None)
    document = fetch(page.page_url).document(encoding_of(article) if article else "utf-8")
    heading = next(
        element
        for element in document.iter("h2", "div", "b")
        if (element.text or "").strip() in ("関連記事", "Related stories", "Read more")
    )
    block = heading.getparent()
    if heading.tag == "b":
        block = block.getparent()
    links: list[tuple[str, str]] = []
    for link in block.iter("a"):
        href = urljoin(page.page_url, link.get("href") or "")
        if href.startswith("http") and href not in [seen for seen, _ in links]:
            links.append((href, page_words(block)))
    return links


def test_every_edge_stands_in_its_pages_related_block_in_order(site: SampleSite) -> None:
    truth = site.truth()
    pages = {edge.page_url: [other for other in truth.edges if other.page_url == edge.page_url] for edge in truth.edges}
    for edges in pages.values():
        shown = _block(edges[0], truth)
        assert [edge.position for edge in edges] == list(range(1, len(edges) + 1))
        assert [_cleaned(href) for href, _ in shown] == [edge.url for edge in edges], edges[0].page_url
        for edge in edges:
            assert spaced(edge.title) in shown[0][1]
            assert edge.summary in shown[0][1]
            assert edge.title or edge.summary


def _cleaned(href: str) -> str:
    """A card's address without the trackers that the sample plants, by hand and not by the code under test."""
    bare = href.partition("#")[0]
    return re.sub(r"[?&]$", "", re.sub(r"(?<=[?&])(?:utm_\w+|fbclid|gclid|yclid)=[^&]*(?:&|$)", "", bare))


def test_blocks_have_six_cards_at_most_and_all_three_kinds_of_card_exist(site: SampleSite) -> None:
    edges = site.truth().edges
    assert max(edge.position for edge in edges) <= 6
    shapes = {(bool(edge.title), bool(edge.summary)) for edge in edges}
    assert shapes == {(True, True), (True, False), (False, True)}


def test_cards_cross_the_languages_both_ways(site: SampleSite) -> None:
    truth = site.truth()
    languages = {article.url: article.language for article in truth.articles}
    pairs = {(languages[edge.article_url], edge.language) for edge in truth.edges}
    assert {("en", "ja"), ("ja", "en"), ("en", "zh"), ("ko", "en")} <= pairs


def test_a_crawl_of_the_start_addresses_reaches_all_three_links_deep(site: SampleSite) -> None:
    truth, content = site.truth(), load_content()
    article_at = {address.url: address.article_url for address in truth.addresses if address.article_url}
    reached: dict[str, int] = {}
    for source, base in site.bases.items():
        listed = [
            base + content.articles[key].path
            for item in content.listings
            if item.site == source
            for key in item.articles
        ]
        due = [url for url in (*listed, site.start_urls["article"]) if url.startswith(base + "/")]
        for depth in range(DEPTH + 1):
            pages = {article_at.get(url, url) or url for url in due if url not in reached}
            reached |= {url: depth for url in due if url not in reached}
            due = [edge.url for edge in truth.edges if edge.page_url in pages and edge.url.startswith(base + "/")]
    reached = {"&".join(sorted(re.split("[?&]", url))): depth for url, depth in reached.items()}
    wanted = [
        *(article.url for article in truth.articles),
        *(copy.url for copy in truth.copies),
        *(address.url for address in truth.addresses if address.source and address.linked),
    ]
    starts = {*site.start_urls.values(), site.second_url + "/sitemaps/2026-10.xml.gz"}
    missing = [url for url in wanted if "&".join(sorted(re.split("[?&]", url))) not in reached and url not in starts]
    assert missing == []
    assert DEPTH in {reached.get(article.url) for article in truth.articles}


def test_one_article_is_known_by_a_single_card_only(site: SampleSite) -> None:
    url = site.truth().article("lighthouse").url
    assert [edge.url for edge in site.truth().edges].count(url) == 1
    assert all(url.encode() not in fetch(start).body for start in site.start_urls.values())


@pytest.mark.parametrize("key", ["wildfire", "satellite"])
def test_amp_pages_and_their_articles_name_each_other(site: SampleSite, key: str) -> None:
    article = site.truth().article(key)
    (amp,) = fetch(article.url).document().xpath("//link[@rel='amphtml']/@href")
    assert fetch(str(amp)).document().xpath("//link[@rel='canonical']/@href") == [article.url]
    assert str(amp) in {copy.url for copy in site.truth().copies if copy.kind == "url"}


def test_the_amp_page_is_met_without_its_article_on_the_page_that_links_it(site: SampleSite) -> None:
    start = site.truth().article("trade-stall")
    urls = [edge.url for edge in site.truth().edges if edge.page_url == start.url]
    assert site.main_url + "/amp/en/n/7202" in urls
    assert site.truth().article("wildfire").url not in urls


def test_exact_copies_name_themselves_as_canonical(site: SampleSite) -> None:
    for copy in site.truth().copies:
        if copy.kind == "exact":
            assert fetch(copy.url).document().xpath("//link[@rel='canonical']/@href") == [copy.url]


def test_canonical_links_to_the_home_page_and_across_pages_are_planted(site: SampleSite) -> None:
    canonical = "//link[@rel='canonical']/@href"
    tunnel, first_page = site.truth().article("tunnel"), site.truth().article("reservoir")
    assert fetch(tunnel.url).document().xpath(canonical) == [site.main_url + "/"]
    assert fetch(f"{first_page.url}?page=2").document().xpath(canonical) == [first_page.url]


def test_published_times_are_what_the_pages_declare(site: SampleSite) -> None:
    declared = {}
    for article in site.truth().articles:
        document = fetch(article.url).document(encoding_of(article))
        for script in document.xpath("//script[@type='application/ld+json']"):
            table = json.loads(script.text)
            assert [author["name"] for author in table["author"]] == list(article.authors)
            declared[article.key] = table["datePublished"]
        for value in document.xpath("//meta[@property='article:published_time']/@content"):
            declared[article.key] = str(value)
    content = load_content()
    assert declared == {
        article.key: article.published
        for article in content.articles.values()
        if article.metadata in ("jsonld", "meta") and not article.copy_of and not article.page_of
    }


def test_dates_that_only_readers_see_are_in_utc_in_the_truth(site: SampleSite) -> None:
    def told(key: str) -> tuple[str, str | None]:
        article = site.truth().article(key)
        return (article.published_at.isoformat() if article.published_at else "", article.published_precision)

    pages = {
        "chip-plant": ("2026年10月5日 14時30分", "2026-10-05T05:30:00+00:00", "instant"),
        "battery": ("令和8年10月5日", "2026-10-04T15:00:00+00:00", "day"),
        "archive-flood": ("September 29, 2026", "2026-09-28T15:00:00+00:00", "day"),
    }
    for key, (visible, moment, precision) in pages.items():
        assert visible in _words(site.truth().article(key), site.truth().article(key).url)
        assert told(key) == (moment, precision)
    assert told("lighthouse") == ("", None)
    assert not re.search(
        r"\d{4}年|令和|20\d\d-\d\d", _words(site.truth().article("lighthouse"), site.truth().article("lighthouse").url)
    )
