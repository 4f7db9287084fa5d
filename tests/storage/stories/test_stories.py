"""Articles about one event are in one story, whatever their languages; each membership has its evidence."""

import dataclasses
import datetime
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import pytest
from sqlalchemy import delete, func, select, update

from crawler.cli import run
from pipelines.text_rules import PipelineRules
from storage.database.engine import Database
from storage.database.open import open_database
from storage.stories.regroup import count_ungrouped, regroup
from storage.stories.remove import remove_from_stories
from storage.stories.term_index import ALL, COMMON, TermIndex, week_of
from storage.stories.weeks import reopen_weeks
from storage.tables.core import Article
from storage.tables.stories import Story, StoryProfile, StoryTerm, StoryWeek
from storage.text_rules import bind_rules
from tests.support import warm_python
from tests.support.commands import ROOT, environment_of
from tests.support.story_events import HELD_OUT, EventArticle, articles_of, scores, store, stories_by_url
from tests.support.visits import Crawling, article, rows, scope

NOW = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)


def event(*names: str) -> list[EventArticle]:
    """The development part's articles of these events."""
    return [found for found in articles_of("development") if found.event in names]


@pytest.mark.parametrize(
    ("archive_url", "part", "precision", "recall"),
    [
        ("sqlite", "development", 0.95, 0.7),
        ("postgresql", "development_4", 0.95, 0.65),
        ("sqlite", HELD_OUT, 0.95, 0.65),
        ("postgresql", HELD_OUT, 0.95, 0.65),
    ],
    indirect=["archive_url"],
)
def test_written_events_are_told_apart_and_held_together(
    database: Database, part: str, precision: float, recall: float
) -> None:
    articles = articles_of(part)
    store(database, articles)
    found = scores(articles, stories_by_url(database))
    for kind in ("all", "across languages"):
        assert found[kind].precision >= precision, [(one.url, other.url) for one, other in found[kind].false]
        assert found[kind].recall >= recall, [(one.url, other.url) for one, other in found[kind].missed]


def test_the_views_tell_who_belongs_to_a_story_and_why(database: Database) -> None:
    store(database, event("noto-quake"))
    [(story_id, title, articles, copies, sources, japanese, english)] = rows(
        database,
        "SELECT id, title, articles, copies, sources, articles_ja, articles_en FROM stories WHERE articles > 1",
    )
    assert (articles, copies, sources, japanese, english) == (5, 0, 5, 3, 2)
    assert title == "石川県能登で震度6弱、津波注意報を発表　輪島で住宅倒壊"
    evidence = rows(
        database,
        f"SELECT article_id, other_article_id, kind, weight, detail FROM story_evidence WHERE story_id = {story_id}",
    )
    assert {str(row[2]) for row in evidence} == {"terms"}
    assert any("Wajima = 輪島" in str(row[4]) for row in evidence)
    first = rows(database, "SELECT min(id) FROM articles")[0][0]
    assert {row[0] for row in evidence} == {
        row[0] for row in rows(database, f"SELECT id FROM articles WHERE id <> {first}")
    }
    assert rows(database, "SELECT first_at, last_at FROM stories WHERE articles > 1") == [
        ("2026-10-11T21:05:00Z", "2026-10-12T22:00:00Z")
    ]


@pytest.mark.parametrize(
    ("archive_url", "empty_url"), [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=True
)
def test_the_order_in_which_articles_come_changes_no_story(database: Database, empty_url: str) -> None:
    articles = articles_of("development")[:50]
    store(database, articles)
    shuffled = sorted(articles, key=lambda article: hashlib.sha256(article.url.encode()).digest())
    other = open_database(empty_url)
    store(other, shuffled)
    assert groups(stories_by_url(other)) == groups(stories_by_url(database))
    other.close()


def test_articles_that_come_later_join_stories_that_were_grouped_before(database: Database) -> None:
    articles = articles_of("development")[:50]
    store(database, articles[1::2], file_name="later half")
    store(database, articles[0::2], file_name="first half")
    apart = groups(stories_by_url(database))
    assert any(len(group) > 2 for group in apart)
    regroup(database, PipelineRules(), NOW, anew=False, progress=lambda _: None)
    settled = groups(stories_by_url(database))
    regroup(database, PipelineRules(), NOW, anew=True, progress=lambda _: None)
    assert groups(stories_by_url(database)) == settled


def test_articles_of_an_older_version_do_not_wait_when_their_week_is_grouped_again(database: Database) -> None:
    store(database, event("noto-quake"))
    with database.writing() as session:
        bind_rules(session, PipelineRules())
        session.execute(update(StoryProfile).where(StoryProfile.article_id == 1).values(version=1))
        session.add(StoryWeek(week=week_of(event("noto-quake")[0].at), opened_at=NOW))
        session.flush()
        reopen_weeks(session, NOW, everything=True)
    waiting = "SELECT article_id FROM story_profile WHERE NOT settled AND article_id = 1"
    assert rows(database, waiting) == []
    assert rows(database, "SELECT count(*) FROM story_profile WHERE NOT settled") != [(0,)]


def test_an_article_that_cannot_be_grouped_keeps_a_story_of_its_own(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(PipelineRules):
        def cluster_articles(
            self,
            ids: Sequence[int],
            weights: Mapping[tuple[int, int], float],
            apart: Iterable[tuple[int, int]],
            across: Collection[tuple[int, int]] = (),
        ) -> list[list[int]]:
            raise ValueError(ids, weights, apart, across)

    articles = event("noto-quake")
    store(database, articles, rules=Broken())
    stories = stories_by_url(database)
    assert len(set(stories.values())) == len(stories) == len(articles)
    assert "each gets a story of its own" in caplog.text


def test_the_same_event_a_month_later_is_another_story(database: Database) -> None:
    first = event("boj-hold")[0]
    later = dataclasses.replace(
        first,
        url=first.url + "/later",
        at=first.at + datetime.timedelta(days=31),
        text=first.text.replace("30日", "29日"),
    )
    store(database, [first, later])
    stories = stories_by_url(database)
    assert len(set(stories.values())) == len(stories)


def test_a_related_link_alone_makes_no_story(database: Database) -> None:
    here, there = "https://news.example/en/1", "https://news.example/en/2"
    crawling = Crawling(database, scope(here, there))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[here], article(here, related=(there,)))
    other = "The museum of coins in Bergen has found a hoard of silver under its own stairs, said curator Liv Aas."
    crawling.store(leases[there], article(there, other, "Silver under the stairs"))
    crawling.finish()
    assert len(set(rows(database, "SELECT story_id FROM articles"))) == 2
    assert rows(database, "SELECT * FROM story_evidence") == []


def test_an_article_without_a_match_has_a_story_of_its_own_and_copies_are_counted(database: Database) -> None:
    here, elsewhere = "https://news.example/en/1", "https://harbor.example/copy"
    crawling = Crawling(database, scope(here), scope(elsewhere, name="harbor"))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[here], article(here))
    crawling.store(leases[elsewhere], article(elsewhere))
    crawling.finish()
    assert rows(database, "SELECT articles, copies, sources, articles_ja, articles_en FROM stories") == [
        (1, 1, 2, 0, 1)
    ]
    assert rows(database, "SELECT kind, detail, other_url FROM story_evidence") == [("copy", "exact", elsewhere)]


def test_what_is_stored_again_stays_in_its_story_and_is_counted_once(database: Database) -> None:
    articles = event("aster-recall")
    store(database, articles)
    before = stories_by_url(database), index_rows(database)
    store(database, articles)
    assert (stories_by_url(database), index_rows(database)) == before


def index_rows(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "SELECT week, term, articles, article_ids FROM story_term ORDER BY week, term")


def test_a_common_term_leads_nowhere_and_takes_no_more_room(database: Database) -> None:
    rare, common = 5, 7
    for batch in range(0, 450, 150):
        with database.writing() as session:
            index = TermIndex(session)
            for article_id in range(batch, batch + 150):
                index.add(article_id, NOW, [ALL, common, *([rare] if article_id < 2 else [])])
            index.save()
    with database.writing() as session:
        index = TermIndex(session)
        index.load([(NOW, [rare, common])])
        assert index.counts(NOW, [rare, common]) == ({rare: 2, common: 450}, 450)
        assert index.candidates(NOW, *index.counts(NOW, [rare, common]), 10) == [1, 0]
    assert max(str(row[3]).count(",") for row in index_rows(database)) <= COMMON + 150 - 1


def test_two_stories_that_turn_out_to_be_one_keep_the_older_id(database: Database) -> None:
    articles = event("boj-hold")
    store(database, [articles[0]])
    with database.writing() as session:  # as if the next one had been met when nothing tied them
        session.add(Story(first_at=articles[1].at, last_at=articles[1].at))
    store(database, [articles[1]])
    stories = stories_by_url(database)
    with database.writing() as session:
        apart = session.scalars(select(Story.id).where(Story.id != stories[articles[0].url])).first()
        assert apart is not None
        session.query(Article).filter(Article.story_id == stories[articles[0].url], Article.id > 1).update(
            {"story_id": apart}
        )
    store(database, [articles[2]])
    assert set(stories_by_url(database).values()) == {stories[articles[0].url]}
    assert rows(database, "SELECT id FROM stories WHERE articles > 0") == [(stories[articles[0].url],)]
    assert rows(database, f"SELECT merged_into_id FROM story WHERE id = {apart}") == [(stories[articles[0].url],)]


def test_grouping_anew_comes_to_the_same_groups_with_the_same_ids(database: Database) -> None:
    articles = articles_of("development")[:60]
    store(database, articles)
    before = stories_by_url(database)
    told: list[int] = []
    assert regroup(database, PipelineRules(), NOW, anew=True, progress=told.append) == len(articles) == sum(told)
    after = stories_by_url(database)
    assert groups(after) == groups(before)
    assert Counter(after.values()) == Counter(before.values())
    assert count_ungrouped(database, PipelineRules()) == 0


def groups(stories: dict[str, int]) -> set[frozenset[str]]:
    return {frozenset(url for url in stories if stories[url] == story) for story in stories.values()}


def test_what_was_stored_before_there_were_stories_is_grouped_by_the_command(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database, event("noto-quake"))
    with database.writing() as session:
        session.execute(update(Article).values(story_id=None))
        for table in (StoryProfile, StoryTerm, Story):
            session.execute(delete(table))
    url = database.engine.url.render_as_string(hide_password=False)
    assert run(["db", "stories", "--db", url]) == 0
    assert "grouped 5 articles" in capsys.readouterr().out
    assert rows(database, "SELECT articles FROM stories") == [(5,)]


def test_forgotten_articles_leave_their_stories_and_the_index(database: Database) -> None:
    articles = event("noto-quake")
    store(database, articles)
    with database.writing() as session:
        ids = list(session.scalars(select(Article.id).order_by(Article.published_at)))
        remove_from_stories(session, ids[:1])
    assert rows(database, "SELECT articles, first_at FROM stories WHERE articles > 0") == [(4, "2026-10-11T21:30:00Z")]
    assert not any(f"{ids[0]}," in str(row[3]).split(",") for row in index_rows(database))
    with database.writing() as session:
        remove_from_stories(session, ids[1:])
        assert session.scalar(select(func.count()).select_from(Story)) == 0
    assert index_rows(database) == []


def test_the_command_lists_stories_and_shows_one_with_its_evidence(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database, event("noto-quake", "boj-hold"))
    url = database.engine.url.render_as_string(hide_password=False)
    assert run(["stories", "--db", url, "--json"]) == 0
    newest, oldest = json.loads(capsys.readouterr().out)
    assert (newest["articles"], newest["articles_ja"], oldest["articles"]) == (5, 3, 5)
    assert run(["stories", "--db", url, "--since", "2026-10-20", "--json"]) == 0
    assert [story["id"] for story in json.loads(capsys.readouterr().out)] == [newest["id"]]
    assert run(["stories", str(oldest["id"]), "--db", url]) == 0
    shown = capsys.readouterr().out
    assert "Wajima = 輪島" in shown
    assert run(["stories", "999999", "--db", url]) == 2
    assert "kiji stories lists them" in capsys.readouterr().err
    assert run(["stories", "--db", url, "--since", "someday"]) == 2


def test_the_weights_in_the_rules_are_those_that_the_script_fits() -> None:
    command = [sys.executable, "-m", "benchmarks.story_fit", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0, "run: python -m benchmarks.story_fit --write"


def test_the_next_day_of_a_series_is_another_story_though_the_words_are_the_same(database: Database) -> None:
    first = next(found for found in event("sumo-day13") if found.language == "ja")
    next_day = first.text.replace("13日目", "14日目").replace("20日", "21日")
    title = first.title.replace("13日目", "14日目")
    at = first.at + datetime.timedelta(days=1)
    later = dataclasses.replace(first, url=first.url + "/later", at=at, title=title, text=next_day + "満員御礼。")
    store(database, [first, later])
    stories = stories_by_url(database)
    assert len(set(stories.values())) == len(stories)


def test_two_writers_that_group_the_same_events_at_once_store_each_article_once(database: Database) -> None:
    events = ("aster-recall", "noto-quake", "boj-hold")
    articles = event(*events)
    url = database.engine.url.render_as_string(hide_password=False)
    program, root = "tests.support.story_writer", warm_python.ROOT
    writers = [
        warm_python.start(url, order, *events, module=program, folder=root, environment=environment_of())
        for order in ("forward", "backward")
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    stories = stories_by_url(database)
    assert len(stories) == len(articles)
    assert scores(articles, stories)["all"].precision == 1.0
    assert rows(database, "SELECT count(*) FROM story_profile") == [(len(articles),)]
    assert rows(database, "SELECT sum(articles) FROM story_term WHERE term = 0") == [(len(articles),)]
    named = Counter((row[1], number) for row in index_rows(database) for number in str(row[3]).split(",")[:-1])
    assert set(named.values()) == {1}


def test_follow_ups_after_two_quiet_days_are_another_event_of_the_story(database: Database) -> None:
    first, second, third, *_ = event("noto-quake")
    late = dataclasses.replace(third, at=first.at + datetime.timedelta(days=2, hours=12))
    store(database, [late, second, first])
    numbers = {
        str(url): (number, story) for url, number, story in rows(database, "SELECT url, event, story_id FROM articles")
    }
    assert [number for number, _ in (numbers[a.url] for a in (first, second, late))] == [1, 1, 2]
    assert len({story for _, story in numbers.values()}) == 1


def test_nothing_is_prepared_or_grouped_where_stories_are_off(database: Database) -> None:
    store(database, event("noto-quake"), rules=PipelineRules(stories=False))
    assert rows(database, "SELECT count(*), count(story_id), count(event) FROM articles") == [(5, 0, 0)]
    assert rows(database, "SELECT count(*) FROM story_profile") == [(0,)]
    regroup(database, PipelineRules(), NOW, anew=False, progress=lambda _: None)
    assert rows(database, "SELECT articles FROM stories") == [(5,)]
