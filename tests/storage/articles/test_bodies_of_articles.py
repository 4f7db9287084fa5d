"""The structure of a text in the archive: that of the present wording, and of nothing else."""

import contextlib
import dataclasses
import json
import sqlite3
from pathlib import Path

import pytest

from crawler.cli import run
from pipelines.text_rules import place
from storage.articles.show import read_article
from storage.body.structure import Body, BodyImage, BodyLink, pack
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.erasure.delete import count_erasure, erase, plan_erasure
from storage.export.export import Export, export
from storage.reading import Reading
from storage.snapshot.sqlite_file import Origin, make_snapshot
from tests.support.stored import store
from tests.support.visits import OTHER_STORY, STORY, Crawling, article, rows, scope

HOST = "https://news.example"
FIRST, SECOND = f"{HOST}/ja/n/7000", f"{HOST}/ja/n/7000?page=2"
BOX = "Join the readers' club of the Example News today and get the first three months at half the price, every week."
LINKS = "SELECT article_id, position, url, text, own_site, line FROM article_links ORDER BY article_id, position"
IMAGES = "SELECT position, url, caption, credit, alt, width, height, line FROM article_images ORDER BY position"


def structured(url: str, text: str, *links: BodyLink, images: tuple[BodyImage, ...] = ()) -> Reading:
    body = Body(("p",) * (text.count("\n") + 1), links, images)
    return dataclasses.replace(article(url, text, f"Title of {text[:30]}"), body=pack(body))


def ferry(line: int = 0, url: str = f"{HOST}/ferry") -> BodyLink:
    return BodyLink(line, STORY.index("ferry"), "ferry", url, True)


PICTURE = BodyImage(0, f"{HOST}/p.jpg", "The ferry", "A. Mori", "A boat", 640, None)


def test_the_views_list_links_and_pictures_of_the_present_wording(database: Database) -> None:
    crawling = Crawling(database, scope(FIRST))
    lease = crawling.lease_url(FIRST)
    crawling.store(lease, structured(FIRST, STORY, ferry(), images=(PICTURE,)), day=0)
    [row] = rows(database, LINKS)
    assert (*row[:4], bool(row[4]), row[5]) == (1, 1, f"{HOST}/ferry", "ferry", True, 1)
    assert rows(database, IMAGES) == [(1, f"{HOST}/p.jpg", "The ferry", "A. Mori", "A boat", 640, None, 1)]
    assert crawling.store(lease, structured(FIRST, STORY), day=1).outcome == "unchanged"
    assert rows(database, LINKS) == []
    changed = crawling.store(lease, structured(FIRST, OTHER_STORY, images=(PICTURE,)), day=2)
    assert changed.outcome == "updated"
    assert len(rows(database, IMAGES)) == 1
    assert len(rows(database, "SELECT revision FROM revisions")) == 2


def test_a_line_that_the_site_repeats_takes_its_link_along(database: Database) -> None:
    club = BodyLink(0, 0, "Join", f"{HOST}/club", True)
    store(
        database,
        structured(f"{HOST}/n/1", f"{BOX}\n{STORY}", club, ferry(1)),
        structured(f"{HOST}/n/2", f"{BOX}\n{OTHER_STORY}", club),
    )
    assert rows(database, "SELECT text FROM articles ORDER BY id") == [(STORY,), (OTHER_STORY,)]
    assert [(row[0], row[3], row[5]) for row in rows(database, LINKS)] == [(1, "ferry", 1)]


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)])
def test_the_pages_of_an_article_are_joined_with_their_structures(database: Database, order: tuple[str, str]) -> None:
    pages = {
        FIRST: dataclasses.replace(structured(FIRST, STORY, ferry()), title="Ferry", following=((2, SECOND),)),
        SECOND: dataclasses.replace(
            structured(SECOND, OTHER_STORY, BodyLink(0, 0, "Rice", f"{HOST}/rice", True)),
            title="Ferry",
            page_number=2,
            first_page=FIRST,
        ),
    }
    store(database, *(pages[url] for url in order))
    assert rows(database, "SELECT text FROM articles") == [(f"{STORY}\n{OTHER_STORY}",)]
    assert [(row[3], row[5]) for row in rows(database, LINKS)] == [("ferry", 1), ("Rice", 2)]


def test_a_forgotten_address_is_in_no_other_text(database: Database) -> None:
    store(
        database,
        structured(FIRST, STORY, ferry(url=f"{HOST}/n/9999"), BodyLink(0, 0, "The", f"{HOST}/n/99991", True)),
        structured(f"{HOST}/n/9999", OTHER_STORY),
    )
    with database.writing() as session:
        plan = plan_erasure(session, place(f"{HOST}/n/9999"))
        assert count_erasure(session, plan)["links in texts"] == 1
        erase(session, plan, utc_now(), "a letter")
    assert [row[2] for row in rows(database, LINKS)] == [f"{HOST}/n/99991"]


def test_exports_snapshots_and_the_command_show_the_structure(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database, structured(FIRST, STORY, ferry(), images=(PICTURE,)))
    for subject, body in (("articles", "html"), ("links", ""), ("images", "")):
        export(database, Export(subject, "jsonl", body=body), tmp_path / f"{subject}.jsonl")
    told = {name: json.loads((tmp_path / f"{name}.jsonl").read_text()) for name in ("articles", "links", "images")}
    assert (
        f'The harbour authority said on Monday that the <a href="{HOST}/ferry">ferry</a>'
        in told["articles"]["body_html"]
    )
    assert (told["links"]["own_site"], told["images"]["width"]) == (True, 640)
    with database.reading() as connection:
        shown = read_article(connection, 1)
    assert shown is not None
    assert shown["body_html"] == told["articles"]["body_html"]
    assert shown["body_markdown"].startswith(f"![A boat]({HOST}/p.jpg)\n*The ferry A. Mori*")
    make_snapshot(database, tmp_path / "s.sqlite", Origin("0.0", "Asia/Tokyo", utc_now()))
    with contextlib.closing(sqlite3.connect(tmp_path / "s.sqlite")) as snapshot:
        assert snapshot.execute(LINKS).fetchall() == [(1, 1, f"{HOST}/ferry", "ferry", 1, 1)]
        assert snapshot.execute("SELECT count(*) FROM article_images").fetchone() == (1,)
    arguments = ["export", "links", "-o", str(tmp_path / "x.csv"), "--db", database.url, "--body", "html"]
    assert run(arguments) == 2
    assert "--body: links have none" in capsys.readouterr().err
