"""What counts and what tells the time on a page is not its article: alone it makes no revision."""

import pytest

from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.reading import Reading
from tests.support.near_texts import japanese_report, report
from tests.support.stored import store
from tests.support.visits import rows


def page(
    words: str, host: str = "one", *, before: str = "", after: str = "", language: str = "en", last: str = ""
) -> Reading:
    """An article page with something above its first and below its last paragraph."""
    mark = "。" if language == "ja" else ". "
    paragraphs = "".join(f"<p>{sentence}{mark.strip()}</p>" for sentence in words.rstrip(mark).split(mark))
    title = "フェリーの運航再開へ" if language == "ja" else "The ferry returns to service"
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta property="og:type" content="article"><title>{title}</title></head><body>'
        f"<article><h1>{title}</h1>{before}{paragraphs}{last}{after}</article></body></html>"
    )
    url = f"https://{host}.example/news/2026/10/05/ferry"
    return read_page(RawPage(url, url, html.encode(), 200, utc_now(), (("content-type", "text/html"),)))


CHANGES = {
    "views": ('<div class="a1">{} views</div>', "1,204", "98,113"),
    "views, labelled": ("<p>Views: {}</p>", "1204", "1388"),
    "read by": ("<p>{} people have read this article</p>", "12", "340"),
    "minutes ago": ("<p>{}</p>", "5 minutes ago", "2 hours ago"),
    "published ago": ("<div><span>Published {}</span></div>", "5 minutes ago", "1 day ago"),
    "comments": ('<div><a href="#comments">{}</a></div>', "No comments", "17 comments"),
    "comments in a paragraph": ("<p>{}</p>", "3 Comments", "41 Comments"),
    "shares": ("<ul><li>{} shares</li></ul>", "8", "1.2K"),
    "likes": ("<p>{} likes</p>", "8", "93"),
    "updated": ("<p>Updated: {}</p>", "5 October 2026, 10:15", "5 October 2026, 18:40"),
    "last updated": ("<p>Last updated at {}</p>", "10:15 BST on 5 October 2026", "18:40 BST on 5 October 2026"),
    "a clock": ("<p><time>{}</time></p>", "2026-10-05 10:15", "2026-10-05 18:40"),
    "reading time": ("<p>{} min read</p>", "3", "4"),
}
JAPANESE = {
    "閲覧数": ("<p>閲覧数：{}</p>", "1,204", "98,113"),
    "回視聴": ("<p>{}回閲覧</p>", "1204", "1388"),
    "分前": ("<p>{}</p>", "5分前", "2時間前"),
    "コメント": ("<p>コメント{}件</p>", "3", "41"),
    "コメント数": ('<div><a href="#c">コメント({})</a></div>', "0", "17"),
    "更新": ("<p>更新：{}</p>", "2026年10月5日 10時15分", "2026年10月5日 18時40分"),
    "最終更新": ("<p>最終更新 {}</p>", "2026/10/05 10:15", "2026/10/05 18:40"),
    "いいね": ("<p>いいね！{}</p>", "8", "93"),
    "シェア": ("<p>{}シェア</p>", "8", "93"),
}


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_counters_and_times_alone_make_no_revision(database: Database, language: str, where: str) -> None:
    changes, words = (JAPANESE, japanese_report) if language == "ja" else (CHANGES, report)
    for value in (1, 2):
        pages = [
            page(words(seed), f"site{seed}", language=language, **{where: change[0].format(change[value])})
            for seed, change in enumerate(changes.values())
        ]
        outcomes = dict(zip(changes, store(database, *pages), strict=True))
        assert outcomes == dict.fromkeys(changes, "new" if value == 1 else "unchanged")
    assert rows(database, "SELECT max(revision) FROM revisions") == [(1,)]


def test_numbers_and_times_in_the_articles_own_words_are_a_revision(database: Database) -> None:
    sentence = "<p>The ferry was seen by {} people on Monday, five minutes before it left the harbour.</p>"
    first, second = (page(report(1), last=sentence.format(count)) for count in ("1,204", "1,388"))
    assert [store(database, first), store(database, second)] == [["new"], ["updated"]]
