"""Addresses: one key for two spellings, a clean form to ask for, and what is believed of a declared canonical."""

from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.addresses.canonical import believed_canonical
from pipelines.addresses.normalize import (
    address_key,
    clean_url,
    host_of,
    looks_like_article,
    registered_domain,
)

PAGE = "https://news.example.com/articles/2026/harbour-bridge-opens-again"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://news.example.jp/a/7?id=3&v=b",
        "https://www.news.example.jp/a/7?v=b&id=3",
        "HTTPS://News.Example.JP:443/a/7/?id=3&v=b#comments",
        "https://news.example.jp./a/./x/../7?&id=3&&v=b",
        "https://reader:secret@news.example.jp/a/%37?id=3&v=%62",
        "https://news.example.jp/a/7;jsessionid=00F3?id=3&v=b",
        "https://news.example.jp/(S(lit3py55t21z5v55vlm25s55))/a/7?id=3&v=b",
        "https://news.example.jp/a/7?utm_source=x&fbclid=1&id=3&UTM_Medium=y&v=b&PHPSESSID=9",
        "https://news.example.jp/a/7?sid=0123456789abcdef0123456789abcdef&id=3&v=b",
        "https:\\\\news.example.jp\\a\\7?id=3&v=b",
        "  https://news.example.jp/a/\n7?id=3&v=b\t",
    ],
)
def test_the_same_article_has_one_key_however_its_address_is_spelled(spelling: str) -> None:
    assert address_key(spelling) == address_key("https://news.example.jp/a/7?id=3&v=b")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a?cid=1", "/a?cid=2"),
        ("/a?uid=1", "/a?uid=2"),
        ("/a?gallery=1", "/a?gallery=2"),
        ("/?p=12", "/?p=13"),
        ("/a?sid=1201", "/a?sid=1202"),
        ("/a?source=ap", "/a?source=reuters"),
        ("/a?ref=123", "/a"),
        ("/Story", "/story"),
        ("/a%2Fb", "/a/b"),
        ("/a%3Fb", "/a?b"),
        ("/a//b", "/a/b"),
        ("/a?q=1%262", "/a?q=1&2"),
        ("/a?q=x+y", "/a?q=x%2By"),
        ("/a?t=1&t=2", "/a?t=1"),
        ("/#!/story/1", "/#!/story/2"),
        (":8080/a", "/a"),
    ],
)
def test_what_may_select_another_article_makes_another_key(one: str, other: str) -> None:
    assert address_key("https://example.com" + one) != address_key("https://example.com" + other)


def test_an_international_host_and_path_have_one_key_in_every_encoding() -> None:
    assert address_key("https://日本語.jp/記事") == address_key("http://xn--wgv71a119e.jp/%e8%a8%98%e4%ba%8b/")
    assert address_key("https://example.jp/%8b%4c") != address_key("https://example.jp/%8b%4d")


def test_a_publishers_own_word_for_the_channel_counts_on_its_own_site_only() -> None:
    assert address_key("https://www.wsj.com/articles/x?mod=hp") == address_key("https://www.wsj.com/articles/x")
    assert address_key("https://example.com/articles/x?mod=hp") != address_key("https://example.com/articles/x")


@pytest.mark.parametrize(
    ("href", "cleaned"),
    [
        ("../b/2?z=1&utm_source=x&a=2#top", "https://www.example.com/b/2?z=1&a=2"),
        ("//cdn.example.com/x/", "https://cdn.example.com/x/"),
        ("http://reader:secret@example.com:80/", "http://example.com/"),
        ("https://example.com?id=3", "https://example.com/?id=3"),
        ("/#!/story/1", "https://www.example.com/#!/story/1"),
        ("/記事 1", "https://www.example.com/%E8%A8%98%E4%BA%8B%201"),
        (" \n/a\tb ", "https://www.example.com/ab"),
    ],
)
def test_a_link_becomes_the_address_that_the_server_is_asked_for(href: str, cleaned: str) -> None:
    assert clean_url(href, "https://www.example.com/a/1?b=2") == cleaned


@pytest.mark.parametrize(
    "href",
    [
        "",
        "  ",
        "mailto:desk@example.com",
        "javascript:void(0)",
        "data:text/html,x",
        "ftp://example.com/a",
        "file:///etc/passwd",
        "https://",
        "https://exa mple.com/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[::1/",
        "https://a..b/",
        "https://example.com/" + "a" * 2_000,
        "https://example.com/?utm_source=" + "a" * 9_000,
        "https://" + "a" * 300 + ".com/",
    ],
)
def test_what_no_request_can_be_made_of_is_no_address(href: str) -> None:
    assert clean_url(href) is None


def test_hosts_and_registered_domains_tell_sites_apart() -> None:
    assert host_of("https://u:p@WWW.Example.co.jp:443/a") == "www.example.co.jp"
    assert host_of("http://127.0.0.1:8001/a") == "127.0.0.1:8001"
    assert registered_domain("https://www3.nhk.example.co.jp/a") == "example.co.jp"
    assert registered_domain("https://a.github.io/") != registered_domain("https://b.github.io/")
    assert registered_domain("http://127.0.0.1:8001/a") != registered_domain("http://127.0.0.1:8002/a")
    assert registered_domain("http://localhost:8001/a") == "localhost:8001"
    assert registered_domain("http://[::1]:8001/a") == "[::1]:8001"
    assert host_of("mailto:x@example.com") == registered_domain("not an address") == ""


@pytest.mark.parametrize(
    ("page", "declared", "address"),
    [
        (PAGE, None, PAGE),
        (PAGE + "?utm_source=x", PAGE, PAGE),
        (PAGE + "/amp", PAGE, PAGE),
        ("https://amp.example.com/a/123456", "https://www.example.com/a/123456", "https://www.example.com/a/123456"),
        ("https://example.com/?p=123", "/2026/05/harbour-bridge/", "https://example.com/2026/05/harbour-bridge/"),
        ("https://example.com/n/1234567?from=list", "/n/1234567", "https://example.com/n/1234567"),
        ("https://example.com/", "https://www.example.com/", "https://www.example.com/"),
        ("https://example.com/news/?page=2", "/news/?page=2", "https://example.com/news/?page=2"),
    ],
)
def test_a_canonical_address_of_the_same_article_is_believed(page: str, declared: str | None, address: str) -> None:
    assert believed_canonical(page, declared) == (address, "")


@pytest.mark.parametrize(
    ("page", "declared", "reason"),
    [
        (PAGE, "https://www.example.com/", "the home page"),
        (PAGE, "https://another.example.net/articles/2026/harbour-bridge-opens-again", "another registered domain"),
        (PAGE, "/articles/", "a section page"),
        (PAGE, "javascript:void(0)", "no http(s) address"),
        (PAGE, "", "no http(s) address"),
        (PAGE, "undefined", "no http(s) address"),
        (PAGE, "/null", "no http(s) address"),
        (PAGE, "https://www.example.com/articles/None", "no http(s) address"),
        (PAGE, "[object Object]", "no http(s) address"),
        (PAGE, "www.example.com/articles/2026/harbour-bridge", "no http(s) address"),
        (PAGE, "/example.com/articles/2026/harbour-bridge", "no http(s) address"),
        (PAGE + "?page=2", PAGE, "another page of the pagination"),
        (PAGE + "/2/", PAGE + "/", "another page of the pagination"),
        (PAGE + "/page/3", PAGE, "another page of the pagination"),
        ("https://example.com/story/bridge_2.html", "/story/bridge.html", "another page of the pagination"),
        (PAGE, "#!print", "the same page with another fragment"),
        (PAGE + "?utm_source=x#!a", "#!b", "the same page with another fragment"),
        (PAGE, PAGE + "?page=2#!print", "another page of the pagination"),
        (PAGE, "/articles/" + "bridge-" * 700, "longer than 2,000 characters"),
        ("https://example.com/view.php?id=123456", "/view.php", "drops the parameter that selects the article"),
    ],
)
def test_a_canonical_address_of_something_else_is_refused_with_the_reason(
    page: str, declared: str, reason: str
) -> None:
    assert believed_canonical(page, declared) == (clean_url(page), reason)


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        "https://example.jp/articles/AST1F4445T1FUTIL02SM.html",
        "https://example.jp/article/379018",
        "https://example.jp/news/html/20260510/k10014012341000.html",
        "https://example.com/?p=4312",
        "https://example.com/2026/05/10/minister-resigns/",
        "https://example.jp/ja/n/7000",
        "https://example.jp/2026/05/港の橋が再び開通した理由",
        "https://example.jp/記事/0番",
        "https://example.jp/%E3%82%B3%E3%83%A9%E3%83%A0/%E7%AC%AC12%E5%9B%9E",
    ],
)
def test_addresses_of_articles_look_like_it(url: str) -> None:
    assert looks_like_article(url)


@pytest.mark.parametrize(
    "slug",
    [
        "大雨で列車に遅れが出て利用者に影響-第一報",
        "港の釣り大会-親子百人以上が参加",
        "東京湾アクアラインで事故上下線とも通行止め解除は未定",
        "post-全台老屋-恐不耐強震威脅",
        "台風12号が関東に接近-鉄道各社は計画運休へ",
    ],
)
def test_a_japanese_or_chinese_headline_at_the_root_looks_like_an_article(slug: str) -> None:
    assert looks_like_article(f"https://example.com/{slug}/")
    assert looks_like_article(f"https://example.com/{quote(slug)}/")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://example.com/politics/",
        "https://example.com/個人情報の取り扱いについて/",
        "https://example.com/記事/",
        "https://example.com/路線/3番/",
        "https://example.com/お知らせ-プレスリリース/",
        "https://example.com/政治・経済・国際・社会のニュース/",
        "https://example.com/tag/大雨で列車に遅れが出て利用者に影響-第一報/",
        "https://example.com/tag/harbour-bridge-of-the-old-town",
        "https://example.com/author/jane-doe-the-first-7000123",
        "https://example.com/2026/05/",
        "https://example.com/news/page/2",
        "https://example.com/search?q=harbour-bridge-opens-again",
        "https://example.com/login?next=/articles/123456",
        "https://example.com/photos/20260510-harbour-bridge-opens.jpg",
        "https://example.com/feed/20260510.xml",
        "mailto:desk@example.com",
        "https://[broken/articles/123456",
        "https://example.com/" + "a-" * 2_000,
    ],
)
def test_lists_services_and_files_do_not_look_like_articles(url: str) -> None:
    assert not looks_like_article(url)


ADDRESSES = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "//", "", "HTTPS://www.", "javascript:", "http:\\\\"]),
    st.sampled_from(
        ["example.com", "日本語.jp", "[::1]", "127.0.0.1:8000", "u:p@x.co.jp", "a..b", "%65x.com", "\ud800"]
    ),
    st.text("/ab.%2fFéあ;\\ \t\n+()=", max_size=20),
    st.one_of(st.just(""), st.text("ab=&%2+6é?;utm_id\\", max_size=20).map("?{}".format)),
    st.one_of(st.just(""), st.text("!a/%?#", max_size=6).map("#{}".format)),
)


@settings(max_examples=200, deadline=None)
@given(ADDRESSES | st.text(max_size=80))
@example("https://example.com/%zz%")
@example("https://example.com/a;sid=;sid=")
@example("https://example.com/..%2f..//../")
def test_cleaning_is_done_once_and_never_changes_the_key(url: str) -> None:
    key = address_key(url)
    cleaned = clean_url(url)
    assert "\ud800" not in key
    if cleaned is not None:
        assert clean_url(cleaned) == cleaned
        assert address_key(cleaned) == key
        assert host_of(cleaned) == host_of(url) != ""
    believed_canonical(url, url)
    looks_like_article(url)
    registered_domain(url)


def test_an_address_too_long_for_any_server_has_a_short_key_of_its_own() -> None:
    long = "https://example.com/" + "a/" * 250_000
    assert len(address_key(long)) < 300
    assert address_key(long) != address_key(long + "b")
    assert address_key("https://" + "é." * 250_000) != address_key("é" * 500_000)
    assert clean_url(long) is None


@settings(max_examples=200, deadline=None)
@given(st.text("abz09-._~!$&'()*+,;=:@/%2Fé?#", max_size=30))
def test_an_address_is_cleaned_alike_whether_or_not_it_came_in_its_final_form(rest: str) -> None:
    assert clean_url("HTTPS://example.com/" + rest) == clean_url("https://example.com/" + rest)


@pytest.mark.parametrize(("query", "is_article"), [("", True), ("?page=2", False), ("?id=4711", True)])
def test_a_query_for_a_list_outweighs_a_slug(query: str, is_article: bool) -> None:
    assert looks_like_article(f"https://news.example/a-bridge-shut-for-winter{query}") is is_article
