"""What the web gets wrong is counted, recorded and survived: one crawl of a host where every page is bad but two."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import Rows, kiji, query
from tests.support.hostile_server import (
    JAPANESE,
    WORDS,
    HostileServer,
    answers,
    answers_with,
    article,
    ends_early,
    gzip_bomb,
    redirects_for_ever,
    redirects_to,
    resets,
    says_length,
    sends_50_000_headers,
)

WRONG = article("文字化けの記事", JAPANESE + "就航は平成元年だった。")
MISSING = article(
    "無印の記事",
    "島の人口は三千人で、漁業と観光で暮らす人が多い。高校は一つしかなく、卒業すると半分が本土へ渡る。\n"
    "町長は空き家を直して移住者に貸す計画を示し、議会は来年度の予算に盛り込むことを決めた。\n",
)
RICE = (
    "Growers in the north expect the smallest rice harvest in a decade after a summer without rain in the valleys.\n"
    "The cooperative raised the price that it pays to farmers by a fifth, and shops are likely to follow in autumn.\n"
    "The ministry released part of its reserve, but wholesalers said that most of it had been sold within a week.\n"
)
SNOW = (
    "Heavy snow closed the mountain road overnight and left forty lorries waiting at the foot of the pass.\n"
    "Ploughs reached the summit before noon, while schools in three villages stayed shut for a second day.\n"
    "Forecasters see milder air from the west at the weekend, with a risk of avalanches on southern slopes.\n"
)
HOSTILE_TITLE = "Ferry\x00 re\x1bturns &#xD800; &#0; today"
CONFIG = """
[[source]]
name = "hostile"
start = ["{url}/2026/10/05/start"]
delay = 0.0
allow_private_addresses = true
hosts = ["no-such-host.invalid"]
"""
LOGIN = "<title>Log in</title><h1>Log in</h1><form><input name=user><input name=word type=password></form>"
COMMAND = """
import crawler.cli, crawler.settings as settings, pipelines.workers.fork_server
settings.DOWNLOAD_TIMEOUT, settings.KIJI_READING_SECONDS = 8, 3
settings.RETRY_TIMES = 0
settings.KIJI_READ = "tests.support.deadly_reading:read_page"
pipelines.workers.fork_server.preload_workers()
raise SystemExit(crawler.cli.run())
"""
BAD = {
    "/2026/10/05/never-answers": ("failed", "no answer in time"),
    "/2026/10/05/ends-early": ("failed", "the answer ended before its end"),
    "/2026/10/05/sends-a-part": ("failed", "the server sent only a part of the page (HTTP 206)"),
    "/2026/10/05/says-too-little": ("not_article", ""),
    "/2026/10/05/for-members": ("not_article", "redirected to http://127.0.0.1:"),
    "/2026/10/05/says-no-number": ("failed", "ValueError: Value contains non-decimal digits: b'many'"),
    "/2026/10/05/says-less-than-nothing": ("failed", "ValueError: Value contains non-decimal digits: b'-1'"),
    "/2026/10/05/says-two-lengths": ("failed", "Content-Length"),
    "/2026/10/05/parser-runs-for-minutes": ("failed", "the parser ran longer than 3 s"),
    "/2026/10/05/kills-the-worker": ("failed", "the parser crashed on this page"),
    "/2026/10/05/gzip-bomb": ("failed", "DOWNLOAD_MAXSIZE"),
    "/2026/10/05/no-such-page": ("failed", "HTTP 404"),
    "/2026/10/05/drips": ("failed", "no answer in time"),
    "/2026/10/05/resets": ("failed", "the server closed the connection"),
    "/2026/10/05/redirects-for-ever": ("failed", "more than 5 redirects"),
    "/2026/10/05/empty": ("not_article", ""),
    "/2026/10/05/picture": ("not_article", ""),
    "/2026/10/05/sends-50000-headers": ("failed", "the answer's headers are larger than 256 kB"),
    "/2026/10/05/says-no-status": ("failed", f"the server sent the status {2**63}, which HTTP does not have"),
}
GOOD = (
    "/2026/10/05/start",
    "/2026/10/05/wrong-charset",
    "/2026/10/05/missing-charset",
    "/2026/10/05/hostile-title",
    "/2026/10/05/endless-title",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hostile")
    with HostileServer() as server:
        related = [*BAD, *GOOD[1:], "http://no-such-host.invalid/2026/10/05/ferry"]
        server.pages = {
            "/2026/10/05/start": answers(article("Start of it all", WORDS, related)),
            "/2026/10/05/never-answers": server.never_answers,
            "/2026/10/05/ends-early": ends_early,
            "/2026/10/05/sends-a-part": answers_with(206, article("A part", WORDS)),
            "/2026/10/05/says-too-little": says_length("50", body=article("Cut short", WORDS)),
            "/2026/10/05/says-no-number": says_length("many", body=article("Many", WORDS)),
            "/2026/10/05/says-less-than-nothing": says_length("-1", body=article("Less", WORDS)),
            "/2026/10/05/says-two-lengths": says_length("50", "60", body=article("Two", WORDS)),
            "/2026/10/05/drips": server.drips,
            "/2026/10/05/resets": resets,
            "/2026/10/05/sends-50000-headers": sends_50_000_headers(
                article("Behind many headers", WORDS + "Never read.")
            ),
            "/2026/10/05/redirects-for-ever": redirects_for_ever,
            "/2026/10/05/says-no-status": answers_with(2**63),
            "/2026/10/05/parser-runs-for-minutes": answers(article("Endless", WORDS + "Endless.")),
            "/2026/10/05/kills-the-worker": answers(article("Deadly", WORDS + "Deadly.")),
            "/2026/10/05/gzip-bomb": answers(gzip_bomb(300), Content_Encoding="gzip"),
            "/2026/10/05/empty": answers(b""),
            "/2026/10/05/for-members": redirects_to("/login?next=/2026/10/05/for-members"),
            "/login": answers(LOGIN),
            "/2026/10/05/picture": answers(b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png"),
            "/2026/10/05/wrong-charset": answers(WRONG.encode("cp932")),
            "/2026/10/05/missing-charset": answers(MISSING.encode("euc-jp"), "text/html"),
            "/2026/10/05/hostile-title": answers(article(HOSTILE_TITLE, RICE)),
            "/2026/10/05/endless-title": answers(article("x" * 500_000, SNOW)),
        }
        (folder / "kiji.toml").write_text(CONFIG.format(url=server.url))
        done = kiji("-c", COMMAND, "crawl", folder=folder)
        assert done.returncode == 0, done.stderr  # the start page answered and gave articles
        yield folder


def outcome_of(folder: Path, path: str) -> Rows:
    return query(folder, "SELECT outcome FROM fetches WHERE url LIKE '%' || ?", path)


@pytest.mark.parametrize(("path", "ending"), BAD.items())
def test_a_bad_page_has_its_outcome_and_a_reason(folder: Path, path: str, ending: tuple[str, str]) -> None:
    outcome, said = ending
    assert outcome_of(folder, path) == [(outcome,)]
    [(reason,)] = query(folder, "SELECT reason FROM fetches WHERE url LIKE '%' || ?", path)
    assert reason
    assert said in reason


def test_a_hang_and_a_crash_in_the_parser_cost_exactly_the_pages_that_caused_them(folder: Path) -> None:
    lost = query(folder, "SELECT url FROM fetches WHERE reason LIKE '%parser%' ORDER BY url")
    assert [url.rpartition("/")[2] for (url,) in lost] == ["kills-the-worker", "parser-runs-for-minutes"]


def test_a_host_that_does_not_resolve_is_a_failure_that_names_it(folder: Path) -> None:
    [(outcome, reason)] = query(folder, "SELECT outcome, reason FROM fetches WHERE url LIKE '%no-such-host%'")
    assert outcome == "failed"
    assert reason


@pytest.mark.parametrize("path", GOOD)
def test_the_good_pages_are_stored_all_the_same(folder: Path, path: str) -> None:
    assert outcome_of(folder, path) == [("new",)]


def test_japanese_under_a_wrong_or_missing_charset_is_readable(folder: Path) -> None:
    titles = query(folder, "SELECT title FROM articles WHERE language = 'ja' ORDER BY title")
    assert titles == [("文字化けの記事",), ("無印の記事",)]


def test_titles_are_stored_without_control_characters_and_within_bounds(folder: Path) -> None:
    [(title,)] = query(folder, "SELECT title FROM articles WHERE url LIKE '%/hostile-title'")
    assert title.startswith("Ferry")
    assert all(character.isprintable() for character in title)
    assert query(folder, "SELECT max(length(title)) <= 2000 FROM articles") == [(1,)]


def test_the_run_is_done_and_its_outcomes_add_up(folder: Path) -> None:
    [(status, total)] = query(
        folder,
        "SELECT status, articles_new + articles_updated + articles_unchanged + copies + not_articles + refused + failed"
        " FROM runs",
    )
    assert status == "done"
    assert query(folder, "SELECT count(*) FROM fetches") == [(total,)]
    assert total == len(BAD) + len(GOOD) + 1
