"""JSONL files: articles that somebody else extracted."""

import gzip
import json
from pathlib import Path

from tests.support.commands import cold_kiji, kiji, query, record_of
from tests.support.import_files import PARAGRAPHS, Record, line, page, write_warc


def test_a_line_becomes_an_article_with_what_it_says(tmp_path: Path) -> None:
    japanese = {
        "title": "韓国の首相が訪日",
        "text": "首相は五日、東京で会見した。\n両国の関係について述べた。",
        "authors": "佐藤花子",
    }
    lines = [
        line(1, url="https://WWW.wire.example/story/1?utm_source=x#top"),
        line(2, **japanese, source=None, published_at="令和8年10月5日"),
        line(3, published_at="whenever", authors=None),
        "",
        line(4, text=json.loads(line(1))["text"]),
    ]
    (tmp_path / "articles.jsonl").write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    done = kiji("import", "articles.jsonl", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = query(tmp_path, "SELECT url, source, language, authors, published_at, published_precision FROM articles")
    morning = ("2026-10-04T21:00:00Z", "instant")
    assert found == [
        ("https://www.wire.example/story/1", "wire", "en", "Hanako Sato; Alice Smith", *morning),
        ("https://wire.example/story/2", "wire.example", "ja", "佐藤花子", "2026-10-04T15:00:00Z", "day"),
        ("https://wire.example/story/3", "wire", "en", "", None, None),
    ]
    assert query(tmp_path, "SELECT title, text FROM articles_ja") == [(japanese["title"], japanese["text"])]
    assert query(tmp_path, "SELECT article_id, url FROM copies") == [(1, "https://wire.example/story/4")]


def test_the_option_names_the_source_of_all_records(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "articles.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.write(line(1) + "\n")
    assert cold_kiji("import", "--source", "agency", "articles.jsonl.gz", folder=tmp_path).returncode == 0
    assert query(tmp_path, "SELECT source FROM articles") == [("agency",)]


def test_a_given_text_never_replaces_one_that_was_read_from_the_page(tmp_path: Path) -> None:
    url = "https://wire.example/story/1"
    write_warc(tmp_path / "pages.warc", [Record(url, page("Ferry returns"))])
    (tmp_path / "articles.jsonl").write_text(line(1, text="Advertisement. Ferry returns. Share this."))
    assert kiji("import", "pages.warc", "articles.jsonl", folder=tmp_path).returncode == 0
    expected = [("\n".join(PARAGRAPHS), 1)]
    assert query(tmp_path, "SELECT text, revision FROM articles") == expected
    (tmp_path / "kiji.db").unlink()
    assert kiji("import", "articles.jsonl", "pages.warc", folder=tmp_path).returncode == 0
    assert query(tmp_path, "SELECT count(*) FROM articles") == [(1,)]


def test_bad_lines_are_named_and_counted_and_take_no_other_along(tmp_path: Path) -> None:
    bad: dict[str, str | bytes] = {
        "no JSON": '{"url": "https://wire.example/',
        "not an object": "[1, 2]",
        '"url" is missing': line(0, url=None),
        "is no http": line(0, url="ftp://wire.example/1"),
        '"text" is missing': line(0, text=None),
        '"text" is a number': line(0, text=5),
        "has no words": line(0, text=" … "),
        '"title" is an array': line(0, title=["x"]),
        '"authors" is no list': line(0, authors=[1]),
        "not UTF-8": b'{"url": "\xff"}',
        "nested too deeply": "[" * 100_000,
        "longer than": '{"text": "' + "x" * 10_500_000 + '"}',
    }
    with (tmp_path / "articles.jsonl").open("wb") as stream:
        for number, text in enumerate(bad.values(), 1):
            stream.write((text if isinstance(text, bytes) else text.encode()) + b"\n" + line(number).encode() + b"\n")
        stream.write(line(99, text="Words with \x00 and \ud800 in them, and more words.").encode("utf-8", "replace"))
    done = kiji("import", "articles.jsonl", "--json", folder=tmp_path)
    assert done.returncode == 1
    named = [told for told in done.stderr.splitlines() if "record " in told]
    assert len(named) == len(bad)
    for number, (reason, told) in enumerate(zip(bad, named, strict=True)):
        assert f"record {2 * number + 1}:" in told
        assert reason in told
    record = record_of(done)
    assert (record["status"], record["failed"], record["articles_new"]) == ("done", len(bad), len(bad) + 1)
    assert query(tmp_path, "SELECT count(*) FROM fetches WHERE outcome = 'failed'") == [(len(bad),)]


def test_only_the_first_bad_records_are_named(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text("{}\n" * 30 + line(1))
    done = kiji("import", "articles.jsonl", folder=tmp_path)
    assert done.returncode == 1
    assert len([told for told in done.stderr.splitlines() if "record " in told]) == 20
    assert "10 more records were bad" in done.stderr
