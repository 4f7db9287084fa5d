"""What the servers send: statuses, encodings, validators, feeds."""

import gzip
import http.client
import io
import re
from pathlib import Path
from urllib.parse import urljoin

import feedparser
import lxml.etree
import pytest

from crawler.config.load import load_config
from crawler.sample.server import SampleSite
from tests.support.sample_requests import fetch, served_urls


def test_every_article_and_copy_answers_with_200(site: SampleSite) -> None:
    truth = site.truth()
    urls = [*(article.url for article in truth.articles), *(copy.url for copy in truth.copies)]
    assert {url: fetch(url).status for url in urls} == dict.fromkeys(urls, 200)


def test_every_planted_address_answers_with_its_status(site: SampleSite) -> None:
    planted = [address for address in site.truth().addresses if address.source]
    assert {a.url: fetch(a.url).status for a in planted} == {a.url: a.status for a in planted}
    assert {404, 410, 500, 403, 301, 302, 200} <= {address.status for address in planted}


def test_an_unknown_address_is_a_404_on_both_sites(site: SampleSite) -> None:
    assert fetch(site.main_url + "/ja/n/1").status == 404
    assert fetch(site.second_url + "/ja/n/7001").status == 404


def test_a_page_answers_under_trackers_fragments_and_any_order_of_parameters(site: SampleSite) -> None:
    plain = fetch(site.main_url + "/en/view?id=7210&sec=2").body
    assert fetch(site.main_url + "/en/view?sec=2&utm_source=related&gclid=x&id=7210&fbclid=y").body == plain
    assert fetch(site.main_url + "/en/view?id=7210").status == 404, "a parameter that selects the page is not a tracker"


def test_redirects_lead_to_the_article_round_in_circles_and_too_far(site: SampleSite) -> None:
    def trail(url: str) -> list[str]:
        seen = [url]
        while len(seen) < 12 and (location := fetch(seen[-1]).headers.get("location")):
            seen.append(urljoin(seen[-1], location))
        return seen

    assert trail(site.main_url + "/news/7003.html")[1:] == [site.truth().article("chip-plant").url]
    assert trail(site.second_url + "/go/story/41877")[1:] == [site.truth().article("bakery").url]
    assert len(trail(site.main_url + "/news/loop-a")) == 12
    chain = trail(site.main_url + "/news/chain/1")
    assert len(chain) == 8, "seven redirects"
    assert chain[-1] == site.truth().article("chip-plant").url


def test_the_shift_jis_page_is_declared_in_its_meta_element_only(site: SampleSite) -> None:
    page = fetch(site.truth().article("ferry").url)
    assert page.headers["content-type"] == "text/html"
    assert b'<meta charset="Shift_JIS">' in page.body
    assert site.truth().article("ferry").text.splitlines()[1] in page.body.decode("shift_jis")


def test_the_euc_jp_page_is_declared_in_its_header_only(site: SampleSite) -> None:
    page = fetch(site.truth().article("museum").url)
    assert page.headers["content-type"] == "text/html; charset=EUC-JP"
    assert b"charset" not in page.body.lower()
    assert site.truth().article("museum").text.splitlines()[1] in page.body.decode("euc_jp")


def test_the_mislabelled_page_is_utf8_declared_as_latin1(site: SampleSite) -> None:
    page = fetch(site.truth().article("onsen-tax").url)
    assert page.headers["content-type"] == "text/html; charset=iso-8859-1"
    assert b"<meta charset" not in page.body
    assert site.truth().article("onsen-tax").title in page.body.decode("utf-8")


def test_one_title_holds_nul_control_characters_and_a_lone_surrogate(site: SampleSite) -> None:
    article = site.truth().article("bridge")
    heading = re.search(rb"<h1[^>]*>(.*?)</h1>", fetch(article.url).body, re.DOTALL)
    assert heading is not None
    for planted in (b"\x00", b"\x07", b"\x1b", b"&#xD800;"):
        assert planted in heading[1]
    kept = re.sub(rb"[\x00\x07\x1b]", b"", heading[1]).replace(b"&#xD800;", "\ufffd".encode())
    assert b" ".join(kept.split()).decode() == article.title


@pytest.mark.parametrize("header", ["etag", "last-modified"])
def test_a_conditional_request_for_an_unchanged_page_gives_304(site: SampleSite, header: str) -> None:
    name = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}[header]
    for url in (site.truth().article("rice-price").url, *site.start_urls.values()):
        first = fetch(url)
        again = fetch(url, {name: first.headers[header]})
        assert (again.status, again.body) == (304, b""), url
        assert again.headers["etag"] == first.headers["etag"]


def test_another_etag_or_an_unreadable_date_gives_the_page(site: SampleSite) -> None:
    url = site.truth().article("rice-price").url
    modified = fetch(url).headers["last-modified"]
    assert fetch(url, {"If-None-Match": '"other"', "If-Modified-Since": modified}).status == 200
    assert fetch(url, {"If-Modified-Since": "yesterday"}).status == 200
    assert fetch(url, {"If-Modified-Since": "Mon, 05 Oct 2026 00:00:00 GMT"}).status == 200


def test_head_gives_the_headers_without_the_page(site: SampleSite) -> None:
    url = site.truth().article("quake").url
    head, page = fetch(url, method="HEAD"), fetch(url)
    assert head.body == b""
    assert head.headers["content-length"] == str(len(page.body))


def test_the_feeds_list_their_articles_with_summaries(site: SampleSite) -> None:
    truth = site.truth()
    rss = feedparser.parse(fetch(site.start_urls["rss"]).body)
    atom = feedparser.parse(fetch(site.start_urls["atom"]).body)
    assert (rss.version, atom.version) == ("rss20", "atom10")
    assert not rss.bozo
    assert not atom.bozo
    expected = [truth.article(key) for key in ("satellite", "onsen-tax", "central-bank", "quake")]
    assert [(entry.title, entry.summary) for entry in rss.entries] == [(a.title, a.summary) for a in expected]
    assert [entry.link.partition("?")[0] for entry in rss.entries] == [article.url for article in expected]
    assert [entry.link for entry in atom.entries] == [truth.article(key).url for key in ("goalkeeper", "bakery")]


def test_the_sitemap_index_names_a_gzipped_urlset(site: SampleSite) -> None:
    def locations(body: bytes) -> list[str]:
        names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
        return [str(loc.text) for loc in lxml.etree.parse(io.BytesIO(body)).findall(".//s:loc", names)]

    (child,) = locations(fetch(site.start_urls["sitemap"]).body)
    packed = fetch(child)
    assert "content-encoding" not in packed.headers
    truth = site.truth()
    expected = [truth.article(key).url for key in ("wind-farm", "library-ja", "school-bells")]
    assert locations(gzip.decompress(packed.body)) == expected


def test_robots_txt_forbids_what_the_truth_says(site: SampleSite) -> None:
    forbidden = [address for address in site.truth().addresses if address.reason == "robots.txt"]
    assert {address.source for address in forbidden} == {"mirai", "harbor"}
    for address in forbidden:
        base = site.bases[address.source or "mirai"]
        rules = re.findall(r"^Disallow: (\S+)$", fetch(base + "/robots.txt").body.decode(), re.MULTILINE)
        assert any(address.url.startswith(base + rule) for rule in rules)
    assert b"Crawl-delay" not in fetch(site.main_url + "/robots.txt").body


def test_the_config_is_one_that_kiji_takes(site: SampleSite, tmp_path: Path) -> None:
    path = tmp_path / "kiji.toml"
    path.write_text(site.config('sqlite:////tmp/a"quoted"name.db'), encoding="utf-8")
    config = load_config(path)
    assert config.database.url == 'sqlite:////tmp/a"quoted"name.db'
    sources = config.sources
    assert [source.name for source in sources] == ["mirai", "harbor"]
    assert sorted(url for source in sources for url in source.start) == sorted(site.start_urls.values())


def test_every_request_is_noted(site: SampleSite) -> None:
    url = site.truth().article("bear").url
    before = len(site.requests)
    fetch(url, {"User-Agent": "Tester/1 (+mailto:t@example.org)", "If-None-Match": '"x"'})
    (seen,) = [request for request in site.requests[before:] if request.path == "/ja/n/7008"]
    assert (seen.site, seen.method, seen.user_agent) == ("mirai", "GET", "Tester/1 (+mailto:t@example.org)")
    assert seen.conditional == (("If-None-Match", '"x"'),)


def test_two_pairs_of_sites_at_once_do_not_disturb_each_other(site: SampleSite) -> None:
    with SampleSite(edition=2) as other:
        assert {other.main_url, other.second_url}.isdisjoint({site.main_url, site.second_url})
        before = len(site.requests)
        for url in served_urls(other):
            assert fetch(url).status < 600
        assert len(site.requests) == before
        assert len(other.requests) == len(served_urls(other))
        old, new = site.truth().article("quake"), other.truth().article("quake")
        assert old.edit is not None
        assert old.edit.text.splitlines()[1] not in fetch(old.url).body.decode()
        assert old.edit.text.splitlines()[1] in fetch(new.url).body.decode()
    with pytest.raises(ConnectionRefusedError):
        fetch(other.truth().article("quake").url)


def test_stopping_hangs_up_on_clients_that_stay_connected() -> None:
    with SampleSite() as running:
        port = int(running.main_url.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/robots.txt")
        connection.getresponse().read()
        held = connection.sock
    assert held.recv(1) == b""
    connection.close()


def test_the_edit_changes_what_the_truth_says_and_nothing_else() -> None:
    with SampleSite() as running:
        truth = running.truth()
        before = {url: fetch(url) for url in served_urls(running)}
        running.edition = 2
        changed = {url for url, page in before.items() if fetch(url).body != page.body}
        edited = {article.url for article in truth.articles if article.edit}
        assert changed == edited | set(truth.furniture_changes)
        for url, page in before.items():
            if page.status != 200:
                continue
            status = 200 if url in changed else 304
            assert fetch(url, {"If-None-Match": page.headers["etag"]}).status == status
            assert fetch(url, {"If-Modified-Since": page.headers["last-modified"]}).status == status
