"""The index follows the articles: every insert, change and delete, in the same transaction, on both databases."""

import contextlib
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, text

from crawler.cli import run
from storage.database.copy import copy_database
from storage.database.engine import Database
from storage.database.open import open_database
from storage.search.index import is_up_to_date, rebuild_index, remove_articles
from storage.search.terms import document_terms
from storage.tables.core import Article
from storage.tables.search import LEXEMES, TERM_TABLES, SearchDocument
from tests.support.databases import names
from tests.support.postgresql import PostgreSQLServer
from tests.support.searchable import Given, found, store, titles
from tests.support.visits import OTHER_STORY, Crawling, article, scope

HOST = "https://news.example"


def change(database: Database, **values: str) -> None:
    with database.writing() as session:
        [only] = session.scalars(select(Article))
        for name, value in values.items():
            setattr(only, name, value)


def terms_of(database: Database, word: str) -> int:
    """How often the index alone has a word: nothing else would notice what it kept too much of."""
    asked = "search_texts MATCH :word" if database.is_sqlite else f"{LEXEMES}(terms) @@ CAST(:word AS tsquery)"
    with database.reading() as connection:
        return int(
            connection.execute(text(f"SELECT count(*) FROM search_texts WHERE {asked}"), {"word": word}).scalar_one()
        )


def test_a_changed_text_is_found_by_its_new_words_only(database: Database) -> None:
    store(database, Given("Ferry", "The ferry returns. 韓国", summary="A lead of its own"))
    change(database, text="The tram returns. 台湾")
    assert titles(database, "tram") == titles(database, "台湾") == ["Ferry"]
    assert titles(database, "ferry") == ["Ferry"]  # the title still says so
    assert terms_of(database, "韓国") == 0
    change(database, title="Tram", summary="")
    assert titles(database, "ferry") == []
    assert terms_of(database, "ferri") == terms_of(database, "lead") == 0


def test_both_databases_have_every_term_once(database: Database) -> None:
    text = "The rates of ＡＩ rose. 韓国の首相、東京都へ。円 국제 ﾄﾖﾀ 𠀋夫家 O'Neill's café"
    store(database, Given("韓国", text, summary="A lead 髙橋"), Given("Rates"))
    terms = document_terms("韓国", "A lead 髙橋", text)[1].terms.split(" ")
    assert {"rate", "·rates", "円", "𠀋", "𠀋夫", "高橋", "국제"} <= set(terms)
    found = {term: terms_of(database, f'"{term}"' if database.is_sqlite else f"'{term}'") for term in terms}
    assert found == dict.fromkeys(terms, 1) | {"rate": 2, "·rates": 2}


def test_words_changed_twice_in_one_transaction_leave_nothing_behind(database: Database) -> None:
    store(database, Given("One"))
    with database.writing() as session:
        [only] = session.scalars(select(Article))
        only.title = "Two"
        session.flush()
        only.title = "Three"
    assert [terms_of(database, word) for word in ("one", "two", "three")] == [0, 0, 1]


def test_a_savepoint_and_a_transaction_that_are_taken_back_leave_the_index_as_it_was(database: Database) -> None:
    store(database, Given("One"))
    with database.writing() as session:
        [only] = session.scalars(select(Article))
        savepoint = session.begin_nested()
        only.title = "Two"
        session.flush()
        savepoint.rollback()
        only.summary = "Three"
    assert [terms_of(database, word) for word in ("one", "two", "three")] == [1, 0, 1]
    with contextlib.suppress(ZeroDivisionError), database.writing() as session:
        [only] = session.scalars(select(Article))
        only.title = "Four"
        session.flush()
        raise ZeroDivisionError
    assert [terms_of(database, word) for word in ("one", "four")] == [1, 0]


def test_a_deleted_article_leaves_no_word(database: Database) -> None:
    store(database, Given("One"), Given("Two"))
    with database.writing() as session:
        session.delete(session.scalars(select(Article).where(Article.title == "One")).one())
    with database.writing() as session:
        remove_articles(session.connection(), [session.scalars(select(Article.id)).one()])
    assert terms_of(database, "one") == terms_of(database, "two") == 0
    with database.reading() as connection:
        assert connection.execute(select(SearchDocument)).all() == []


def test_language_source_and_date_follow_too(database: Database) -> None:
    [only] = store(database, Given("Ferry", age=5))
    change(database, language="ja")
    with database.reading() as connection:
        assert connection.execute(select(SearchDocument.article_id, SearchDocument.language)).all() == [(only, "ja")]


def test_a_crawls_revisions_and_take_overs_are_followed(database: Database) -> None:
    amp, page = f"{HOST}/amp/1", f"{HOST}/news/1"
    crawling = Crawling(database, scope(amp, page))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[amp], article(page, title="Ferry is back"), day=0)
    assert titles(database, "harbour") == titles(database, "back") == ["Ferry is back"]
    crawling.store(leases[page], article(page, title="Ferry returns"), day=0)
    assert (titles(database, "returns"), titles(database, "back")) == (["Ferry returns"], [])
    crawling.finish()
    again = Crawling(database, scope(page))
    again.store(again.lease_url(page), article(page, OTHER_STORY, title="Rice"), day=1)
    again.finish()
    assert (titles(database, "rice"), titles(database, "ferry")) == (["Rice"], [])
    with database.reading() as connection:
        assert is_up_to_date(connection)


def test_a_rebuilt_index_finds_the_same(database: Database, archive_url: str) -> None:
    store(database, *(Given(f"Article {number}", f"韓国の記事 {number}") for number in range(20)))
    before = [hit.id for hit in found(database, "韓国", limit=50)]
    with database.writing() as session:
        for terms in TERM_TABLES:
            clear = f"INSERT INTO {terms.name} ({terms.name}) VALUES ('delete-all')"
            session.execute(text(clear if database.is_sqlite else f"DELETE FROM {terms.name}"))
        session.execute(sa.delete(SearchDocument))
    assert found(database, "韓国") == []
    assert run(["db", "reindex", "--db", archive_url]) == 0
    assert [hit.id for hit in found(database, "韓国", limit=50)] == before
    with database.writing() as session:
        assert rebuild_index(session.connection()) == 20  # over a full one
    assert [hit.id for hit in found(database, "韓国", limit=50)] == before


def test_a_copied_archive_is_searched_at_once(database: Database, tmp_path: Path, postgresql: PostgreSQLServer) -> None:
    store(database, Given("韓国の記事"))
    name = next(names)
    target = open_database(postgresql.create(name) if database.is_sqlite else f"sqlite:///{tmp_path}/copy.db")
    copy_database(database, target)
    assert titles(target, "韓国") == ["韓国の記事"]
    change(target, title="台湾の記事")
    assert (titles(target, "韓国"), titles(target, "台湾")) == ([], ["台湾の記事"])
    target.close()


def test_an_older_archive_is_searched_after_its_upgrade(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(empty_url)
    store(database, Given("韓国の記事"))
    with database.writing() as session:
        session.execute(text("UPDATE search_document SET version = 0"))
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    with database.reading() as connection:
        assert not is_up_to_date(connection)
    rebuilt = []
    monkeypatch.setattr("storage.database.upgrade.command.upgrade", lambda *_: rebuilt.append(1))
    from storage.database import upgrade

    monkeypatch.setattr(upgrade, "HEAD", "9999")
    upgrade.upgrade(database)
    with database.reading() as connection:
        assert is_up_to_date(connection)
    assert titles(database, "韓国") == ["韓国の記事"]
    database.close()


def test_later_migrations_of_the_article_table_keep_the_index(sqlite_template: Path, tmp_path: Path) -> None:
    """Batch mode makes the table anew under another name, which triggers and views do not survive."""
    shutil.copy(sqlite_template, tmp_path / "kiji.db")
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    store(database, Given("韓国の記事"))
    with database.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]  # open above
        with connection.begin():
            from storage.tables.views import create_views, drop_views

            drop_views(connection)
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table("article", recreate="always") as batch:
                batch.add_column(sa.Column("mood", sa.String()))
            create_views(connection)
    assert titles(database, "韓国") == ["韓国の記事"]
    change(database, title="台湾の記事")
    assert (titles(database, "韓国"), titles(database, "台湾")) == ([], ["台湾の記事"])
    database.close()
