"""Articles on several pages join to one, whatever their pager looks like and whichever page is met first."""

from pathlib import Path

import pytest

from tests.support.commands import kiji, query
from tests.support.guarded_site import Site, page, redirect
from tests.support.paged_articles import LAST, feed, neighbours, numbers, paged, paragraphs, relations

FORMS = {
    "parameter": ["/n/{}", "/n/{}?page=2", "/n/{}?page=3"],
    "segment": ["/2026/11/20/{}/", "/2026/11/20/{}/2/", "/2026/11/20/{}/3/"],
    "page-segment": ["/n/{}", "/n/{}/page/2", "/n/{}/page/3"],
    "ending": ["/articles/{}-2611201.html", "/articles/{}-2611201_2.html", "/articles/{}-2611201_3.html"],
}
PREVIOUS_AND_NEXT = [
    ("Previous page", "Next page"),
    ("前へ", "次へ"),
    ("« Prev", "Next »"),
    ("前のページ", "次のページ"),
]
CONFIG = """[crawl]
delay = 0
[[source]]
name = "daily"
start = ["{}"]
allow_private_addresses = true
delay = 0
"""


def crawl(site: Site, entries: list[str], folder: Path) -> None:
    site.answers["/feed.xml"] = page(feed([site.url(path) for path in entries]), headers={"Content-Type": "text/xml"})
    (folder / "kiji.toml").write_text(CONFIG.format(site.url("/feed.xml")))
    done = kiji("crawl", "--config", "kiji.toml", "--quiet", folder=folder)
    assert done.returncode == 0, done.stderr


def assert_joined(site: Site, articles: dict[str, str], folder: Path) -> None:
    """Each article, named with the path of its first page, is one row with the paragraphs of all its pages."""
    texts: dict[str, str] = dict(query(folder, "SELECT url, text FROM articles"))
    assert sorted(texts) == sorted(map(site.url, articles.values()))
    for name, path in articles.items():
        whole = [paragraph for number in range(1, LAST + 1) for paragraph in paragraphs(name, number)]
        assert texts[site.url(path)].split("\n") == whole
    later = query(folder, "SELECT count(*) FROM copies WHERE kind = 'url' AND url NOT LIKE '%1'")
    assert later == [((LAST - 1) * len(articles),)]


@pytest.mark.parametrize("met", [1, 2, 3])
def test_pages_that_link_only_to_their_neighbours_are_one_article(met: int, tmp_path: Path) -> None:
    articles: dict[str, str] = {}
    entries: list[str] = []
    with Site() as site:
        for form, paths in FORMS.items():
            for kind, words in enumerate([*PREVIOUS_AND_NEXT, None]):
                name = f"{form}-of-kind-{'abcde'[kind]}"
                own = [path.format(name) for path in paths]
                for number, path in enumerate(own, 1):
                    pager, head = (neighbours(own, number, words), "") if words else ("", relations(own, number))
                    site.answers[path] = page(paged(name, number, pager, head))
                articles[name] = own[0]
                entries.append(own[met - 1])
        crawl(site, entries, tmp_path)
        assert_joined(site, articles, tmp_path)


@pytest.mark.parametrize("met", [0, 1, 2, 3])
def test_a_first_page_that_is_linked_with_its_number_is_the_one_without_it(met: int, tmp_path: Path) -> None:
    """``met`` 0 is the first page where it is listed as ``?page=1``."""
    spellings = {
        "page": "/n/{}?page={}",
        "query": "/read.php?story={}&page={}",
        "pageno": "/story/{}?pageno={}",
        "segment": "/n/{}/page/{}",
    }
    articles: dict[str, str] = {}
    entries: list[str] = []
    with Site() as site:
        for form, spelling in spellings.items():
            for answer in ("redirects", "serves"):
                name = f"{form}-that-{answer}"
                linked = [spelling.format(name, number) for number in range(1, LAST + 1)]
                bare = linked[0].replace("/page/1", "").replace("&page=1", "").partition("?page")[0]
                for number, path in enumerate(linked, 1):
                    site.answers[path] = page(paged(name, number, numbers(linked, number)))
                site.answers[bare] = site.answers[linked[0]]
                if answer == "redirects":
                    site.answers[linked[0]] = redirect(bare, 301)
                articles[name] = bare
                entries.append([linked[0], bare, *linked[1:]][met])
        crawl(site, entries, tmp_path)
        assert_joined(site, articles, tmp_path)


def test_neighbouring_articles_with_numbers_stay_articles(tmp_path: Path) -> None:
    """Articles that are numbered, with links to the one before and the one after."""
    kinds = ["/n/{}", "/20261120/{}", "/story/ferry-strike-part-{}.html", "/?p={}", "/index.php?page={}"]
    with Site() as site:
        for kind, spelling in enumerate(kinds):
            own = [spelling.format(number) for number in (2, 3, 4)]
            for number, path in enumerate(own, 1):
                pager = neighbours(own, number, ("前へ", "次へ"))
                site.answers[path] = page(paged(f"{'abcde'[kind]}-{path[-6:]}", number, pager))
        entries = list(site.answers)
        crawl(site, entries, tmp_path)
        assert sorted(query(tmp_path, "SELECT url FROM articles")) == sorted((site.url(path),) for path in entries)
