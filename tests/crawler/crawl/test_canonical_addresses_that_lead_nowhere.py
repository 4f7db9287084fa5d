"""A crawl files articles where they are read, whatever their canonical addresses answer, and goes on reading them."""

from pathlib import Path

from tests.support.commands import kiji, query
from tests.support.guarded_site import Answer, Site, page, redirect
from tests.support.near_texts import report

FORM = b"<html><title>Log in</title><body><form><input name=user><input type=password></form></body></html>"
LINKS = "".join(f'<li><a href="/politics/{n}">A headline of the section number {n}</a></li>' for n in range(30))
SECTION = f"<html><title>Politics</title><body><ul>{LINKS}</ul></body></html>".encode()
ANSWERS: dict[str, tuple[Answer, str]] = {
    "/dead/404": (page(b"", 404), "HTTP 404"),
    "/dead/410": (page(b"", 410), "HTTP 410"),
    "/dead/403": (page(b"", 403), "HTTP 403"),
    "/dead/402": (page(b"", 402), "HTTP 402"),
    "/dead/login": (redirect("/login"), ""),
    "/dead/section": (page(SECTION), ""),
    "/private/story": (page(), "robots.txt"),
    "/N/STORY-7": (page(b"", 404), "HTTP 404"),
}
CONFIG = '[crawl]\ndelay = 0.0\n[[source]]\nname = "s"\nstart = ["{}"]\nallow_private_addresses = true\n'


def story(number: int, canonical: str, ending: str = "") -> Answer:
    """An article that names a canonical address."""
    lines = "".join(f"<p>{sentence}.</p>" for sentence in (report(number) + ending).split(". "))
    return page(
        f'<!doctype html><html lang="en"><head><title>The story number {number} of the harbour</title>'
        f'<link rel="canonical" href="{canonical}"><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-11-20T09:00:00+09:00"></head><body><article>'
        f"<h1>The story number {number} of the harbour</h1>{lines}</article></body></html>".encode()
    )


def test_articles_of_dead_canonical_addresses_stay_where_they_answer_and_are_refreshed_there(tmp_path: Path) -> None:
    with Site({"/robots.txt": page(b"User-agent: *\nDisallow: /private/\n"), "/login": page(FORM)}) as site:
        stories = {f"/n/story-{number}": canonical for number, canonical in enumerate(ANSWERS)}
        items = "".join(f"<item><title>t</title><link>{site.url(path)}</link></item>" for path in stories)
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>s</title>{items}</channel></rss>'
        site.answers["/feed"] = page(feed.encode(), 200, {"Content-Type": "application/xml"})
        site.answers |= {canonical: answer for canonical, (answer, _) in ANSWERS.items()}
        site.answers |= {path: story(n, canonical) for n, (path, canonical) in enumerate(stories.items())}
        (tmp_path / "kiji.toml").write_text(CONFIG.format(site.url("/feed")))
        assert kiji("crawl", folder=tmp_path).returncode == 0
        expected = sorted(site.url(path) for path in stories)
        assert [url for (url,) in query(tmp_path, "SELECT url FROM articles ORDER BY url")] == expected
        refused = query(tmp_path, "SELECT url, canonical, reason FROM refused_canonicals ORDER BY url")
        assert [(url, canonical) for url, canonical, _ in refused] == [
            (site.url(path), site.url(canonical)) for path, canonical in stories.items()
        ]
        for (_, _, reason), (_, what) in zip(refused, ANSWERS.values(), strict=True):
            assert reason.startswith(f"the canonical address gave no article: {what}")
        site.answers |= {
            path: story(n, canonical, f" {report(100 + n, 2)}") for n, (path, canonical) in enumerate(stories.items())
        }
        assert kiji("crawl", "s", "--refresh", folder=tmp_path).returncode == 0
        assert query(tmp_path, "SELECT DISTINCT revision FROM articles") == [(2,)]
