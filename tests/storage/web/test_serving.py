"""What the server answers, and to whom; what it says when it cannot serve."""

import contextlib
import csv
import io
import itertools
import json
import re
import socket
import sqlite3
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from sqlalchemy import text

from storage.database.engine import Database
from storage.search.finder import POOL
from storage.search.index import rebuild_index
from storage.snapshot.sqlite_file import make_snapshot
from storage.watches.saved import add_watch
from storage.web.limited_sqlite import connect_limited
from storage.web.sample_queries import samples
from storage.web.server import update_snapshot
from tests.support.commands import kiji
from tests.support.requests import get
from tests.support.web_pages import ARTICLES, ORIGIN, serving


@pytest.mark.parametrize("path", ["/", "/nowhere", "/articles/999999", "/data.json", "/-/kiji/kiji.css", "/-/settings"])
def test_every_answer_forbids_what_is_inline_or_from_elsewhere(served: str, path: str) -> None:
    _, headers, _ = get(served, path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_a_name_that_was_made_to_point_here_is_refused(served: str) -> None:
    status, _, body = get(served, "/", Host="news.attacker.example")
    assert (status, "localhost" in body) == (421, True)
    assert get(served, "/articles.json", Host="127.0.0.1.attacker.example")[0] == 421
    assert get(served, "/", Host="localhost:1234")[0] == 200


@pytest.mark.parametrize("path", ["/-/settings", "/-/databases.json", "/-/plugins", "/-/threads", "/-/metadata.json"])
def test_what_datasette_tells_of_itself_is_not_told(served: str, path: str) -> None:
    assert get(served, path)[0] == 404


@pytest.mark.parametrize(
    "path", ["/articles/99999999", "/stories/99999999", "/sources/show?name=nobody", "/x", "/data/x"]
)
def test_what_is_not_there_is_a_page_that_says_so(served: str, path: str) -> None:
    status, _, body = get(served, path)
    assert status == 404
    assert "見つかりません" in body


@pytest.mark.parametrize(
    "words", ['"', "'", "a OR", "NEAR(", "*", "-", "\x00", "col:x", "()", "韓" * 400, "%", "-台風"]
)
def test_any_words_in_the_search_box_are_words(served: str, words: str) -> None:
    status, _, body = get(served, "/articles?q=" + quote(words))
    assert status == 200
    assert "Traceback" not in body


@pytest.mark.parametrize(
    ("words", "expected"), [("quicksilver", 10), ('quicksilver -"drop table"', 9), ("-quicksilver", ARTICLES)]
)
def test_as_many_are_told_as_are_found(served: str, words: str, expected: int) -> None:
    _, _, body = get(served, "/articles?q=" + quote(words))
    assert f'<span class="tally">{expected}</span>' in body


def test_numbers_that_are_no_more_than_bounds_say_so(archive: Database, tmp_path: Path) -> None:
    with archive.writing() as session:
        session.execute(text("UPDATE article SET text = 'Rates of interest.' WHERE id <= :last"), {"last": POOL + 1})
        session.execute(text("UPDATE article SET text = 'Interest rates.' WHERE id <= 60"))
        rebuild_index(session.connection())
    make_snapshot(archive, tmp_path / "news.sqlite", ORIGIN)

    def told(address: str, query: str) -> tuple[str, set[bool]]:
        _, _, body = get(address, f"/articles?{query}")
        facets = re.findall(r"</bdi> <span>(.*?)</span>", body)
        return re.findall('class="tally">(.*?)<', body)[0], {facet.startswith("≤ ") for facet in facets}

    phrase = quote('"interest rates"')
    with serving("--snapshot", str(tmp_path / "news.sqlite")) as address:
        assert told(address, f"q={phrase}") == (f"≤ {POOL + 1}", {True})
        assert told(address, f"q={phrase}&page=2") == ("60", {True})
        assert told(address, "q=interest") == (f"{POOL + 1}", {False})


def test_what_a_source_has_a_copy_of_is_counted_as_kiji_search_counts_it(archive: Database, tmp_path: Path) -> None:
    with archive.writing() as session:
        session.execute(text("UPDATE article SET title = 'Quetzal', source_id = 1 WHERE id <= 50"))
        session.execute(
            text(
                "UPDATE article SET source_id = 2 WHERE id = (SELECT min(article_id) FROM copy WHERE article_id <= 50)"
            )
        )
        session.execute(text("UPDATE copy SET source_id = 1"))
        rebuild_index(session.connection())
    make_snapshot(archive, tmp_path / "news.sqlite", ORIGIN)
    with serving("--snapshot", str(tmp_path / "news.sqlite")) as address:
        assert '<span class="tally">50</span>' in get(address, "/articles?q=quetzal&source=mirai-shimbun")[2]


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999999999", "day=nonsense", "day=9999-12-31&q=a"]
)
def test_odd_arguments_are_no_errors(served: str, query: str) -> None:
    assert get(served, "/articles?" + query)[0] == 200


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.en)
def test_every_sample_query_runs_on_the_pages_and_is_named_in_both_languages(served: str, sample: object) -> None:
    found = next(each for each in samples() if each is sample)
    status, _, body = get(served, "/data.json?_shape=array&sql=" + quote(found.sql.strip()))
    assert status == 200, body
    assert isinstance(json.loads(body), list)
    assert found.en
    assert found.ja


def test_writing_sql_is_refused(served: str) -> None:
    assert get(served, "/data.json?sql=" + quote("DELETE FROM articles"))[0] == 400


ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
DOUBLING = ", ".join(f"a{n} AS (SELECT x FROM a{n - 1} UNION ALL SELECT x FROM a{n - 1})" for n in range(1, 40))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT length(hex(zeroblob(150000000)))", "too big"),
        ("SELECT hex(zeroblob(110000)) LIKE '%' || hex(zeroblob(8500)) || 'b%'", "pattern too complex"),
        (ENDLESS + "SELECT hex(zeroblob(2000000)) FROM c", "too much memory"),
        (f"WITH a0 AS (SELECT 1 x), {DOUBLING} SELECT count(*) FROM a39", "too much memory"),
        ("SELECT json_patch('{}', '{}')", "not authorized"),
        ("SELECT printf('%.*c', 900000000, 'x')", "a width of printf() is at most 1000"),
        ("SELECT count(*) FROM search_texts WHERE search_texts MATCH 'a* OR b*'", "prohibited"),
    ],
)
def test_no_sql_takes_long_or_much(served: str, sql: str, said: str) -> None:
    status, _, body = get(served, "/data.json?sql=" + quote(sql))
    assert status == 400
    assert said in json.loads(body)["error"]


def test_one_long_expression_ends_in_time_too(snapshot: Path) -> None:
    asked = itertools.count()
    with contextlib.closing(connect_limited(f"file:{snapshot}?mode=ro")) as connection:
        connection.set_progress_handler(lambda: next(asked) > 3, 1_000)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            connection.execute("SELECT " + " + ".join(f"({n} LIKE random())" for n in range(90))).fetchall()
        connection.set_progress_handler(None, 1_000)
        assert connection.execute("SELECT 'a' LIKE 'A'").fetchall() == [(1,)]
    assert next(asked) == 5


def test_a_long_text_is_looked_through_once(served: str) -> None:
    text = "hex(zeroblob(2400000))"
    part = "hex(zeroblob(1000000)) || '1'"
    sql = f"SELECT instr({text}, {part}), length(replace({text}, {part}, '')), length(trim({text}, {part}))"
    status, _, body = get(served, "/data.json?_shape=arrays&sql=" + quote(sql))
    assert (status, json.loads(body)["rows"]) == (200, [[0, 4_800_000, 0]])


FUNCTIONS = """
SELECT instr('東京都', '京'), instr('a', ''), instr(1234, 3), instr(NULL, 'a'), instr('a', NULL), instr(x'0102', x'02'),
       replace('a.b.c', '.', '-'), replace('abc', '', '-'), replace(NULL, 'a', 'b'), replace(12, 2, 3),
       'Ab_京' LIKE 'aB!_%' ESCAPE '!', 'É' LIKE 'é', 'x' LIKE NULL, 'abc' GLOB '*[b]c', 12 LIKE '1_',
       trim('  a '), ltrim('  a '), rtrim('  a '), trim('xyaxy', 'yx'), trim(NULL), trim('a', NULL), rtrim('a　', '　'),
       printf('%05.1f|%-8s|%,d', 3.14159, 'ab', 1234567), format('%*d', 5, 42), printf(NULL),
       printf('%d%%', '7'), printf()
"""


def test_the_functions_of_our_own_answer_as_those_of_sqlite(snapshot: Path) -> None:
    with (
        contextlib.closing(connect_limited(f"file:{snapshot}?mode=ro")) as ours,
        contextlib.closing(sqlite3.connect("")) as own,
    ):
        assert ours.execute(FUNCTIONS).fetchall() == own.execute(FUNCTIONS).fetchall()


@pytest.mark.parametrize(
    ("site", "mode", "to", "expected"),
    [
        ("cross-site", "no-cors", "image", 403),
        ("same-site", "cors", "empty", 403),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "navigate", "document", 200),
        ("same-origin", "cors", "empty", 200),
        ("none", "navigate", "document", 200),
    ],
)
def test_a_page_elsewhere_can_link_here_and_ask_for_nothing(
    served: str, site: str, mode: str, to: str, expected: int
) -> None:
    told = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": to}
    assert get(served, "/data.json?sql=SELECT+1", **told)[0] == expected


def test_a_file_that_is_no_snapshot_and_a_port_that_is_taken_are_one_line_each(tmp_path: Path, snapshot: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database at all, and long enough to be told from an empty one " * 20)
    with contextlib.closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        other.execute("CREATE TABLE t (x)")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, expected in (
            (["--snapshot", "nowhere.sqlite"], "no such file"),
            (["--snapshot", "notes.txt"], "is no snapshot"),
            (["--snapshot", "other.sqlite"], "is no snapshot"),
            (["--snapshot", str(snapshot), "--port", port], "--port takes another one"),
        ):
            ended = kiji("serve", *arguments, folder=tmp_path, timeout=60)
            assert ended.returncode == 2
            assert expected in ended.stderr
            assert ended.stderr.count("\n") == 1


def test_a_snapshot_is_made_once_for_an_archive_that_does_not_change(archive: Database, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path))
        first = update_snapshot(archive, ORIGIN).stat()
        again = update_snapshot(archive, ORIGIN)
        assert again.stat().st_ino == first.st_ino
        with archive.writing() as session:
            session.execute(text("UPDATE run SET status = 'killed'"))
        assert update_snapshot(archive, ORIGIN).stat().st_ino != first.st_ino
    assert (again.parent.stat().st_mode & 0o077) == 0, "others may not read the news that we keep"


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO source_health (source_id, state, since, detail, told_state, checked_at)"
        " SELECT max(id), 'silent', '2026-11-25T21:00:00Z', '', 'ok', '2026-11-25T22:00:00Z' FROM source",
        "UPDATE article SET story_id = NULL WHERE id = (SELECT max(id) FROM article WHERE story_id IS NOT NULL)",
        "UPDATE article SET story_id = (SELECT min(id) FROM story) WHERE id = (SELECT max(id) FROM article)",
        "UPDATE story SET merged_into_id = (SELECT min(id) FROM story) WHERE id = (SELECT max(id) FROM story)",
    ],
    ids=["health", "leaves a story", "changes its story", "merged stories"],
)
def test_a_snapshot_is_made_anew_after_what_is_no_crawl(
    archive: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = update_snapshot(archive, ORIGIN).stat()
    with archive.writing() as session:
        session.execute(text(change))
    assert update_snapshot(archive, ORIGIN).stat().st_ino != first.st_ino


def test_an_archive_is_served_from_its_own_snapshot(archive: Database, tmp_path: Path) -> None:
    with serving("--db", archive.url, XDG_CACHE_HOME=str(tmp_path)) as address:
        assert get(address, "/")[0] == 200
    assert len(list((tmp_path / "kiji").glob("*.sqlite"))) == 1


def test_what_a_search_finds_is_given_as_files_and_as_a_feed(served: str) -> None:
    words = quote("quicksilver OR 台風")
    _, _, page = get(served, f"/articles?q={words}")
    [total] = re.findall(r'class="tally">(\d+)<', page)
    _, headers, csv_file = get(served, f"/articles.csv?q={words}")
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert len(list(csv.DictReader(io.StringIO(csv_file.lstrip("\ufeff"))))) == int(total)
    answer = json.loads(get(served, f"/articles.json?q={words}")[2])
    assert (answer["total"], answer["is_complete"], len(answer["articles"])) == (int(total), True, int(total))
    feed = feedparser.parse(get(served, f"/articles.atom?q={words}")[2])
    assert not feed.bozo
    assert len(feed.entries) == min(100, int(total))


def test_all_hits_are_reached_by_pages(served: str) -> None:
    reached: set[str] = set()
    total = int(re.findall(r'class="tally">(\d+)<', get(served, "/articles?q=-nothingofthekind")[2])[0])
    for number in range(1, 20):
        _, _, body = get(served, f"/articles?q=-nothingofthekind&page={number}")
        ids = re.findall(r'class="headline" href="/articles/(\d+)"', body)
        assert not reached & set(ids)
        reached |= set(ids)
        if 'rel="next"' not in body:
            break
    assert len(reached) == total >= ARTICLES


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("x" * 30_000, "the query has 30,000 characters; at most 2,000 are searched for"),
        ("source:nobody", "there are: "),
        ("after:yesterday", "is no time"),
    ],
)
def test_what_a_query_gets_wrong_is_one_line_on_the_page(served: str, words: str, line: str) -> None:
    status, _, body = get(served, "/articles?q=" + quote(words))
    assert status == 200
    assert line in re.findall(r'role="alert"><bdi>(.*?)</bdi>', body)[0]
    status, _, body = get(served, "/articles.csv?q=" + quote(words))
    assert (status, body.count("\n")) == (400, 1)


def test_a_watch_has_an_atom_and_a_json_feed(archive: Database, tmp_path: Path) -> None:
    with archive.writing() as session:
        add_watch(session, "rates", "quicksilver", "Asia/Tokyo", mode="article", per_day=5, now=ORIGIN.made_at)
    make_snapshot(archive, tmp_path / "news.sqlite", ORIGIN)
    with serving("--snapshot", str(tmp_path / "news.sqlite")) as address:
        assert "/watches/rates.atom" in get(address, "/watches")[2]
        feed = feedparser.parse(get(address, "/watches/rates.atom")[2])
        items = json.loads(get(address, "/watches/rates.json")[2])["items"]
        assert [entry.id for entry in feed.entries] == [item["id"] for item in items]
        assert 0 < len(items) <= 10
        assert get(address, "/watches/nobody.atom")[0] == 404
