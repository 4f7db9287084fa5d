"""Each page in a real Chromium: it loads, asks nobody else, breaks no rule, and hostile words stay words."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.support.web_pages import HOSTILE, HOSTILE_IDS, HOSTILE_SOURCE, HOSTILE_STORY, Watched

PAGES = {
    "/": "新着",
    "/articles": "記事",
    "/articles?language=ja&source=mirai-shimbun": "記事",
    "/articles?language=en": "記事",
    "/articles?q=quicksilver": "quicksilver",
    "/articles?q=" + quote('"') + quote(HOSTILE[0]): "記事",
    f"/articles/{HOSTILE_IDS[0]}": "script",
    f"/articles/{HOSTILE_IDS[1]}": "img",
    "/articles/1": "Kiji",
    "/stories": "話題",
    f"/stories/{HOSTILE_STORY}": "Kiji",
    "/stories/1": "Kiji",
    "/sources": "媒体",
    "/sources/show?name=" + quote(HOSTILE_SOURCE): "evil",
    "/sources/show?name=wakaba-press": "wakaba-press",
    "/queries": "クエリ",
    "/data": "データ",
    "/data/articles?_sort_desc=id": "articles",
    f"/data/articles/{HOSTILE_IDS[2]}": "articles",
    "/data/source_days?_facet=source": "source_days",
    "/data/source_troubles": "source_troubles",
    "/data/related_links?_sort_desc=position": "related_links",
    "/data/stories?_sort_desc=id": "stories",
    "/data/copies?_sort_desc=id": "copies",
    "/data/revisions?_sort_desc=article_id": "revisions",
    "/data?sql=" + quote("SELECT title, url FROM articles ORDER BY id DESC LIMIT 20"): "SQL",
}


LISTS = {
    "/",
    "/articles?language=en",
    "/stories",
    "/sources",
    "/data/articles?_sort_desc=id",
    "/data/copies?_sort_desc=id",
    "/data/source_troubles",
    "/data/stories?_sort_desc=id",
    "/data?sql=" + quote("SELECT title, url FROM articles ORDER BY id DESC LIMIT 20"),
}
"""Pages that list what the web wrote, beside those of one article, source or story."""

JAPANESE_IN_ANOTHER_LANGUAGE = """() => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, around = text.parentElement;
    if (around.closest("g.bar, script, style, code, pre, textarea, td, time, .evidence bdi")) continue;
    const language = around.closest("[lang]").lang;
    if (/[\u3041-\u30ff\u4e00-\u9fff]/.test(text.data) && language === "en") found.push(text.data);
  }
  return found;
}"""
"""Words in Japanese script that a screen reader would read as English, but for names, SQL, tables and bars' numbers."""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_asks_nobody_else_and_runs_nothing_hostile(watched: Watched, served: str, path: str) -> None:
    answer = watched.page.goto(served + path)
    assert answer is not None
    assert answer.status == 200
    assert PAGES[path] in watched.page.title()
    assert watched.wrong == []
    assert not watched.is_pwned()
    assert watched.page.locator("a[href^='javascript:' i], [onerror], [onload], main script, main style").count() == 0
    overflow = watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, "a phone has to scroll sideways"
    assert watched.page.evaluate(JAPANESE_IN_ANOTHER_LANGUAGE) == []
    assert watched.page.locator("main img, main svg[onload]").count() == 0
    assert path not in LISTS or "window.pwned" in watched.page.locator("main").inner_text()


@pytest.mark.parametrize("path", ["/", "/articles", "/stories/1", "/sources", "/queries", "/data", "/data/articles"])
def test_the_narrowest_phone_need_not_scroll_sideways(watched: Watched, served: str, path: str) -> None:
    usual = watched.page.viewport_size
    watched.page.set_viewport_size({"width": 320, "height": 640})
    watched.page.goto(served + path)
    inside = watched.page.evaluate("document.querySelector('.top').getBoundingClientRect().right")
    ends = watched.page.locator(".top button, .top nav a").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().right)"
    )
    assert max(ends) <= inside
    assert watched.page.evaluate("document.documentElement.scrollWidth") == 320
    assert usual is not None
    watched.page.set_viewport_size(usual)


def test_hostile_titles_are_shown_as_they_are_written_and_turn_nothing_around(watched: Watched, served: str) -> None:
    watched.page.goto(f"{served}/stories/{HOSTILE_STORY}")
    shown = watched.page.locator("main").inner_text()
    for attack in (*HOSTILE[:4], "invoice gpj.exe", HOSTILE[6], HOSTILE[8]):
        assert attack in shown
    assert not set(shown) & set("\u202e\u2067\u2069\x1b\x9b")


@pytest.mark.parametrize(
    "path",
    [
        "/data?sql={}",
        "/data?sql=SELECT+:x&x={}",
        "/data?sql=SELECT+1+AS+%22{}%22",
        "/data/articles?title={}",
        "/data/{}",
        "/articles?source={}&language={}&day={}",
        "/articles?q={}&source={}",
        "/sources/show?name={}",
    ],
)
def test_hostile_words_in_an_address_stay_words(watched: Watched, served: str, path: str) -> None:
    for attack in HOSTILE[:4]:
        watched.page.goto(served + path.replace("{}", quote(attack, safe="")))
        assert not watched.is_pwned()
        assert watched.page.locator("main img, main [onerror], main svg[onload], main script").count() == 0
    # Of an answer that is no page (404, 400) the browser's console tells; of a refused script it would tell as well.
    assert [told for told in watched.wrong if "status of 40" not in told] == []


def test_words_have_the_language_that_they_are_in(watched: Watched, served: str) -> None:
    watched.page.goto(f"{served}/articles?language=ja")
    assert set(watched.page.locator(".list .headline").evaluate_all("all => all.map(a => a.lang)")) == {"ja"}


@pytest.mark.parametrize("path", ["/articles?language=ja", "/articles?q=ferry", "/nowhere"])
def test_japanese_is_marked_as_japanese(watched: Watched, served: str, path: str) -> None:
    watched.page.goto(served + path)
    assert watched.page.evaluate(JAPANESE_IN_ANOTHER_LANGUAGE) == []


def test_the_search_box_is_reached_by_the_slash_key_and_finds_in_both_languages(watched: Watched, served: str) -> None:
    page = watched.page
    page.goto(served)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("韓国")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("韓国")
    assert page.locator(".list mark").first.inner_text() == "韓国"
    page.goto(f"{served}/articles?q=ferries")
    assert "ferry" in page.locator(".list mark").first.inner_text().lower()
    assert watched.wrong == []


def test_facets_narrow_a_search_and_lead_back(watched: Watched, served: str) -> None:
    page = watched.page
    page.goto(f"{served}/articles?q=quicksilver")
    assert page.locator(".tally").inner_text() == str(len(HOSTILE))
    page.locator(".facets a", has_text="English").click()
    expect(page.locator(".facets .chosen")).to_have_count(1)
    assert "language=en" in page.url
    page.locator(".facets .chosen a").click()
    expect(page.locator(".facets .chosen")).to_have_count(0)
    assert watched.wrong == []


def test_a_timeline_leads_to_its_articles_by_keyboard(watched: Watched, served: str) -> None:
    page = watched.page
    page.goto(f"{served}/stories/{HOSTILE_STORY}")
    dots = page.locator(".timeline a")
    assert dots.count() == 2 * len(HOSTILE)  # each article has a copy
    dots.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/*")


def test_an_article_shows_what_was_changed_in_it(watched: Watched, served: str) -> None:
    watched.page.goto(f"{served}/articles/{HOSTILE_IDS[0]}")
    assert "before" in watched.page.locator(".revision del").all_inner_texts()[0]
    assert "quicksilver" in " ".join(watched.page.locator(".revision ins").all_inner_texts())
