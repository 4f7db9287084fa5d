"""Pages that show only a teaser at the second crawl, each saying so in its own way, change nothing but ``access``."""

from pathlib import Path

from tests.support.commands import kiji, query
from tests.support.guarded_site import Answer, Site, page
from tests.support.near_texts import japanese_report, report

MARKUP = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
NOTICES = {
    "/n/1001": ("en", "", "Subscribe to continue reading."),
    "/n/1002": ("en", "", "This article is for subscribers only."),
    "/n/1003": ("en", MARKUP, ""),
    "/n/1004": ("ja", "", "この記事は有料記事です。残り1200文字。"),
    "/n/1005": ("ja", "", "ここから先は有料会員限定です。"),
    "/n/1006": ("ja", "", "残り 1,234文字"),
}
CONFIG = '[crawl]\ndelay = 0.0\n[[source]]\nname = "s"\nstart = ["{}"]\nallow_private_addresses = true\n'


def story(path: str, *, is_teaser: bool) -> Answer:
    """An article in full, or its first sentences and the notice."""
    language, markup, notice = NOTICES[path]
    number = int(path[-4:])
    sentences = japanese_report(number).split("。") if language == "ja" else report(number).split(". ")
    end = "。" if language == "ja" else "."
    lines = [sentence.rstrip(".") + end for sentence in sentences if sentence][: 6 if is_teaser else None]
    body = "".join(f"<p>{line}</p>" for line in [*lines, *([notice] if is_teaser and notice else [])])
    title = f"港の話 その{number}" if language == "ja" else f"The story number {number} of the harbour"
    return page(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'{markup if is_teaser else ""}<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-11-20T09:00:00+09:00"></head><body><article>'
        f"<h1>{title}</h1>{body}</article></body></html>".encode(),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


def test_teasers_overwrite_nothing_and_say_that_the_article_is_paywalled(tmp_path: Path) -> None:
    with Site() as site:
        items = "".join(f"<item><title>t</title><link>{site.url(path)}</link></item>" for path in NOTICES)
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>s</title>{items}</channel></rss>'
        site.answers["/feed"] = page(feed.encode(), 200, {"Content-Type": "application/xml"})
        site.answers |= {path: story(path, is_teaser=False) for path in NOTICES}
        (tmp_path / "kiji.toml").write_text(CONFIG.format(site.url("/feed")))
        assert kiji("crawl", folder=tmp_path).returncode == 0
        words = "SELECT url, title, text, revision FROM articles ORDER BY url"
        before = query(tmp_path, words)
        assert [url for url, *_ in before] == [site.url(path) for path in NOTICES]
        site.answers |= {path: story(path, is_teaser=True) for path in NOTICES}
        assert kiji("crawl", "s", "--refresh", folder=tmp_path).returncode == 0
        assert query(tmp_path, words) == before
        assert query(tmp_path, "SELECT DISTINCT access FROM articles") == [("paywalled",)]
