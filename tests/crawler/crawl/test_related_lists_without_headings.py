"""A site whose related articles stand under no heading and have short addresses is crawled to its last article."""

import collections
import json
from pathlib import Path

from tests.support.commands import kiji, query
from tests.support.guarded_site import Site
from tests.support.unheaded_site import ALL, ARTICLES, LANGUAGES, STARTS, answers

CONFIG = """[crawl]
delay = 0
{more}
[[source]]
name = "harbour"
start = [{starts}]
allow_private_addresses = true
delay = 0
depth = 50
"""


def crawl(site: Site, folder: Path, *, more: str = "") -> str:
    """Crawl the first article of each part and what they lead to; return what was said of the run."""
    starts = ", ".join(f'"{site.url(path)}"' for path in STARTS)
    (folder / "kiji.toml").write_text(CONFIG.format(starts=starts, more=more))
    done = kiji("crawl", folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_a_crawl_comes_to_the_last_article_by_related_links_alone(tmp_path: Path) -> None:
    with Site(answers()) as site:
        crawl(site, tmp_path)
        stored = {url.removeprefix(site.url("")) for (url,) in query(tmp_path, "SELECT url FROM articles")}
        asked = {path for path in site.paths() if path not in ("/robots.txt", "/.well-known/tdmrep.json")}
    assert stored == ALL
    assert asked == ALL, "a ranking, a latest list or a menu was followed"
    languages = query(tmp_path, "SELECT language, count(*) FROM articles GROUP BY 1 ORDER BY 1")
    parts = collections.Counter(language.code for language in LANGUAGES)
    assert languages == sorted((code, count * ARTICLES) for code, count in parts.items())

    ranked = "SELECT kind, heading, position, count(DISTINCT page_url) FROM page_lists GROUP BY 1, 2, 3 ORDER BY 2, 3"
    expected = [("ranking", language.most_read, place, ARTICLES) for language in LANGUAGES for place in range(1, 6)]
    assert query(tmp_path, ranked) == sorted(expected)
    assert query(tmp_path, "SELECT count(*) FROM list_version") == [(len(LANGUAGES),)], "one for all pages"


def test_which_lists_are_stored_is_the_operators_choice(tmp_path: Path) -> None:
    with Site(answers()) as site:
        crawl(site, tmp_path, more='page_lists = ["latest"]')
        assert query(tmp_path, "SELECT DISTINCT kind FROM page_lists") == [("latest",)]


def test_a_crawl_that_is_led_nowhere_says_so_everywhere_and_is_no_failure(tmp_path: Path) -> None:
    with Site(answers(with_related=False)) as site:
        said = crawl(site, tmp_path)
        tried = kiji("sources", "test", "harbour", folder=tmp_path)
    assert query(tmp_path, "SELECT count(*) FROM articles") == [(len(STARTS),)]
    shown = kiji("runs", "show", "1", folder=tmp_path)
    told = f"none of the {len(STARTS)} articles read has a related link; nearest is 0."
    assert f"source harbour is led nowhere: {told}" in said
    assert f"  harbour is led nowhere: {told}" in shown.stdout
    assert f"hint: led nowhere: {told}" in tried.stdout
    [hint] = json.loads(kiji("runs", "show", "1", "--json", folder=tmp_path).stdout)["led_nowhere"].values()
    assert hint.startswith(told)
    assert "as related: " in hint
    health = kiji("health", folder=tmp_path)
    assert f"harbour: led nowhere: none of {len(STARTS)} articles has a related link; nearest is 0." in health.stdout
    assert [tried.returncode, shown.returncode, health.returncode] == [0, 0, 0]
