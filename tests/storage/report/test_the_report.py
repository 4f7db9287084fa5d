"""The morning report: right figures, one file that asks for nothing, hostile words inert in its charts too."""

import contextlib
import dataclasses
import datetime
import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import text, update

from pipelines.text_rules import PipelineRules
from storage.database.engine import Database
from storage.database.open import open_database
from storage.entities.store import find_missing
from storage.report.charts import heat_sources, step_of
from storage.report.figures import Cell, Figures, read_figures, usual_articles
from storage.report.findings import findings
from storage.report.news import told_stories
from storage.report.page import read_news, report_html
from storage.report.rising import rising_names, rising_stories
from storage.report.words import LABELS
from storage.snapshot.local_time import LocalClock
from storage.tables.core import Article
from storage.watches.matching import match_new
from storage.watches.saved import add_watch
from tests.support.commands import kiji
from tests.support.searchable import Given, store
from tests.support.web_pages import HOSTILE, NOW, Watched

SINCE = NOW - datetime.timedelta(days=1)
MONDAY = datetime.date(2026, 11, 23)
ATTACK = "</script><script>window.pwned = 1</script><!--"


@pytest.fixture(scope="module")
def figures(generated: Path) -> Iterator[Figures]:
    database = open_database(f"sqlite:///{generated}")
    with database.reading() as connection:
        yield read_figures(connection, LocalClock("Asia/Tokyo"), SINCE, NOW)
    database.close()


@pytest.fixture(scope="module")
def written(figures: Figures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(figures, "Asia/Tokyo", "both", "0.0"), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_a_report_draws_its_charts_from_itself_alone(browser: Browser, written: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]  # a literal each
    watched = Watched(context.new_page(), written.as_uri())
    watched.page.goto(written.as_uri())
    assert watched.page.locator("figure > svg[aria-label]").count() == 4
    assert watched.wrong == []
    assert not watched.is_pwned()
    assert watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert watched.page.locator("a[href^='javascript:' i], [onerror], [onload], main script").count() == 0
    assert ATTACK in watched.page.locator("#chart-timeline, #table-timeline").evaluate_all(
        "all => all.map(e => e.textContent).join()"
    )
    drawn = watched.page.locator("figure > svg").evaluate_all(
        "all => all.flatMap(svg => [...svg.querySelectorAll('circle, .cell, .f-ja, .f-en')].map(mark => "
        "mark.getBoundingClientRect().right - svg.getBoundingClientRect().right))"
    )
    assert len(drawn) > 100
    assert max(drawn) <= 6
    context.close()


def test_every_number_of_a_chart_stands_in_the_table_below_it(browser: Browser, written: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(written.as_uri())
    rows = page.locator("#table-days tbody tr").evaluate_all(
        "all => all.map(row => [...row.children].map(cell => cell.textContent))"
    )
    titles = page.locator("figure.bars title").evaluate_all("all => all.map(title => title.textContent)")
    assert len(rows) == len(titles) == 28
    for (day, japanese, english, other), title in zip(reversed(rows), titles, strict=True):
        rest = f", {other} other" if other != "0" else ""
        assert title == f"{day}: {japanese} 日本語, {english} English{rest}"
    funnel = page.locator("#table-funnel tbody td:last-child").all_text_contents()
    assert page.locator("#chart-funnel .amount").evaluate_all("all => all.map(text => text.textContent)") == funnel
    lines = page.locator("#chart-timeline circle").count()
    assert lines == page.locator("#table-timeline tbody tr").count() > 20
    context.close()


def test_a_report_runs_no_script_and_allows_none(written: Path) -> None:
    html = written.read_text(encoding="utf-8")
    policy = re.findall(r'Content-Security-Policy" content="([^"]+)"', html)[0]
    assert "script-src" not in policy
    assert "default-src 'none'" in unescape(policy)
    assert "http" not in policy
    assert "<script" not in html, "a title opened a script"


def test_the_figures_are_those_of_the_archive(figures: Figures, generated: Path) -> None:
    since = f"{SINCE:%Y-%m-%dT%H:%M:%SZ}"
    with contextlib.closing(sqlite3.connect(generated)) as archive:
        new = archive.execute("SELECT count(*) FROM articles WHERE first_seen_at >= ?", (since,)).fetchone()[0]
        fetched = archive.execute("SELECT count(*) FROM fetches WHERE fetched_at >= ?", (since,)).fetchone()[0]
        today = archive.execute("SELECT count(*) FROM articles WHERE date(published_at, '+9 hours') = '2026-11-26'")
        assert sum(figures.days[-1][1:]) == today.fetchone()[0]
    assert (figures.new, figures.fetched) == (new, fetched)
    assert figures.fetched >= figures.articles_met
    assert figures.new >= figures.in_stories >= len(HOSTILE)
    assert figures.days[-1][0] == "2026-11-26"
    assert {cell.day for cell in figures.cells if cell.source == "mirai-shimbun"} == {
        (MONDAY - datetime.timedelta(days=ago)).isoformat() for ago in range(-2, 19)
    }
    told = told_stories(figures.stories)
    for stories in told.values():
        counts = [each.story.sources for each in stories]
        assert counts == sorted(counts, reverse=True)
        assert all(each.first.at == min(member.at for member in each.story.members) for each in stories)
    ids = [each.story.id for stories in told.values() for each in stories]
    assert len(ids) == len(set(ids)) > 3


def test_the_news_come_first_and_each_headline_once(written: Path) -> None:
    html = written.read_text(encoding="utf-8")
    places = [html.index(f'id="{name}"') for name in ("stories", "look", "per_day", "heat", "funnel", "timeline")]
    assert places == sorted(places)
    told = re.findall(r'<span class="headline.*?</span>', html, re.DOTALL)
    assert len(told) == len(set(told)) > 5
    assert html.count("was first</span>") > 3


def test_a_name_rises_against_its_own_past(database: Database) -> None:
    past = [Given(f"Then {n}", "Mr. Oldham spoke.", age=20 - n / 10) for n in range(60)]
    new = [Given(f"Now {n}", "Mr. Newby spoke. Mr. Oldham spoke.", age=0.1) for n in range(4)]
    store(database, *past, *new)
    find_missing(database, PipelineRules())
    now = datetime.datetime(2026, 10, 10, tzinfo=datetime.UTC)
    with database.reading() as connection:
        rising = rising_names(connection, now - datetime.timedelta(days=1), now)
        assert rising_names(connection, now - datetime.timedelta(days=16), now) == []  # no past to compare with
        news = read_news(connection, now - datetime.timedelta(days=1), now)
        figures = read_figures(connection, LocalClock("Asia/Tokyo"), now - datetime.timedelta(days=1), now)
    assert [(each.name, each.articles, each.usual) for each in rising] == [("Newby", 4, 0.0)]
    html = report_html(figures, "Asia/Tokyo", "en", "0", news, "http://127.0.0.1:8700/")
    assert f'href="http://127.0.0.1:8700/entities/{rising[0].id}"' in html
    assert "javascript:" not in report_html(figures, "Asia/Tokyo", "en", "0", news, "javascript:alert(1)")


def test_words_of_headlines_and_stories_rise_and_watches_tell(database: Database) -> None:
    now = datetime.datetime(2026, 10, 10, tzinfo=datetime.UTC)
    since = now - datetime.timedelta(days=1)
    with database.writing() as session:
        add_watch(session, "port", "harbour", "Asia/Tokyo", mode="article", per_day=20, now=since)
    past = [Given(f"Harbour news {n}", "Words.", source=("wire", "echo")[n % 2], age=20 - n / 10) for n in range(60)]
    new = [Given(f"Harbour strike {n}", f"Words {n}.", source=("wire", "echo")[n % 2], age=0.1) for n in range(4)]
    alone = [Given(f"Lighthouse {n}", f"Light {n}.", source="wire", age=0.1) for n in range(4)]
    ids = store(database, *past, *new, *alone)
    with database.writing() as session:
        session.execute(text("INSERT INTO story (id, first_at, last_at) VALUES (7, '2026-09-20', '2026-10-09')"))
        story = [ids[0], ids[1], *ids[60:64]]  # two articles in 19 days, then four in one
        session.execute(update(Article).where(Article.id.in_(story)).values(story_id=7))
        match_new(session, now)
    with database.reading() as connection:
        news = read_news(connection, since, now)
        figures = read_figures(connection, LocalClock("Asia/Tokyo"), since, now)
    assert [(each.name, each.articles, each.usual) for each in news.words] == [("harbour strike", 4, 0.0)]
    stories = rising_stories(figures.stories, since, now)
    assert [(each.id, each.articles, each.usual) for each in stories] == [(7, 4, 0.1)]
    [watch] = news.watched
    assert (watch.name, watch.matches, len({each.story_id for each in watch.headlines})) == ("port", 64, 5)
    html = report_html(figures, "Asia/Tokyo", "en", "0", news, "http://127.0.0.1:8700/")
    assert 'href="http://127.0.0.1:8700/articles?q=%22harbour%20strike%22"' in html
    assert 'href="http://127.0.0.1:8700/stories/7"' in html
    assert "64 matches" in html


def test_coverage_is_of_the_stories_that_are_told_whenever_their_articles_were_published(database: Database) -> None:
    now = datetime.datetime(2026, 10, 10, tzinfo=datetime.UTC)
    since = now - datetime.timedelta(days=1)
    ids = store(database, Given("Gauge fails", "Rain.", age=0.1), Given("雨量計が故障", "雨。", language="ja", age=0.1))
    with database.writing() as session:
        session.execute(text("INSERT INTO story (id, first_at, last_at) VALUES (7, '2026-08-01', '2026-08-02')"))
        session.execute(
            update(Article).where(Article.id.in_(ids)).values(story_id=7, published_at=since.replace(month=8))
        )
    with database.reading() as connection:
        news, figures = (
            read_news(connection, since, now),
            read_figures(connection, LocalClock("Asia/Tokyo"), since, now),
        )
    assert [story.id for story in figures.stories] == [7]
    assert (news.coverage.in_both, news.coverage.only_japanese, news.coverage.only_english) == (1, 0, 0)


def test_of_many_sources_the_unusual_and_the_large_are_drawn(figures: Figures) -> None:
    cells = [
        Cell(f"source-{n:03}", f"2026-11-{day}", 0 if (n, day) == (3, 25) else n, float(n))
        for n in range(1, 201)
        for day in range(10, 26)
    ]
    many = dataclasses.replace(figures, cells=cells)
    assert heat_sources(many) == ["source-003", *(f"source-{n}" for n in range(172, 201))]
    html = report_html(many, "Asia/Tokyo", "en", "0")
    assert "30 of 200 sources" in html
    assert len(html.encode()) < 250_000


@pytest.mark.parametrize("labels", LABELS)
def test_every_label_exists_in_each_language(figures: Figures, labels: str) -> None:
    html = report_html(figures, "Asia/Tokyo", next(label for label in LABELS if label == labels), "0.0")
    assert ("要確認" in html) == (labels != "en")
    assert ("Needs a look" in html) == (labels != "ja")


def days(*counts: int, until: datetime.date = MONDAY) -> dict[datetime.date, int]:
    """The last of the counts is that of the day before."""
    return {until - datetime.timedelta(days=ago): count for ago, count in enumerate(reversed(counts), 1)}


def test_weekdays_are_held_against_weekdays() -> None:
    # Two weeks, Monday to Sunday: 10 on weekdays, 2 on weekends.
    fortnight = days(*([10] * 5 + [2] * 2) * 2)
    assert usual_articles(fortnight, MONDAY) == 10
    assert usual_articles(fortnight, MONDAY - datetime.timedelta(days=1)) == 2


def test_a_new_source_has_no_usual_day() -> None:
    assert usual_articles(days(5, 5), MONDAY) is None
    assert usual_articles({}, MONDAY) is None


def test_a_day_is_placed_in_one_of_five_steps() -> None:
    assert [step_of(*day) for day in ((0, None), (3, None), (0, 4.0), (1, 4.0), (2, 4.0), (7, 4.0), (8, 4.0))] == [
        "none", "new", "silent", "low", "usual", "usual", "high",
    ]  # fmt: skip


def looked_at(*articles: int, usual: float | None = 10.0, **more: object) -> list[str]:
    """The kinds of findings for one source with these articles on its last days."""
    cells = [
        Cell("s", (MONDAY + datetime.timedelta(days=number)).isoformat(), count, usual)
        for number, count in enumerate(articles)
    ]
    nothing: dict[str, object] = dict.fromkeys(("fetched", "articles_met", "new", "new_ja", "new_en", "in_stories"), 0)
    lists: dict[str, object] = {name: [] for name in ("days", "stories", "troubles", "runs", "health")}
    values = {**nothing, **lists, "since": SINCE, "now": NOW, "today": NOW.date(), "cells": cells}
    return [finding.kind for finding in findings(Figures(**{**values, **more}))]  # type: ignore[arg-type]  # the test's own


def test_what_needs_a_look_is_told_and_a_quiet_morning_is_quiet() -> None:
    assert looked_at(10, 9, 11) == []
    assert looked_at(10, 9, 0) == ["silent"]
    assert looked_at(10, 9, 3) == ["low"]
    assert looked_at(10, 9, 31) == ["high"]
    assert looked_at(1, 0, 0, usual=0.5) == []
    assert looked_at(0, 0, 0, usual=None) == []
    assert looked_at(1, runs=[(7, "killed", "2026-11-25 03:00")]) == ["run_ended", "low"]
    assert looked_at(10, troubles=[("s", "failed", "HTTP 503", 40), ("s", "refused", "HTTP 403", 3)]) == ["failed"]


def test_a_source_that_health_has_judged_is_told_of_once() -> None:
    assert looked_at(10, 9, 0, health=[("s", "dead", "2026-11-24", "no answer")]) == ["health_dead"]


def test_the_command_writes_the_file_and_refuses_other_labels_in_one_line(archive: Database, tmp_path: Path) -> None:
    command = ("report", "-o", str(tmp_path / "r.html"), "--db", archive.url)
    assert kiji(*command, "--since", "2026-10-01", folder=tmp_path).returncode == 0
    assert "朝の報告" in (tmp_path / "r.html").read_text(encoding="utf-8")
    refused = kiji(*command, "--lang", "fr", folder=tmp_path)
    assert refused.returncode == 2
    assert "allowed: ja, en, both" in refused.stderr
    assert refused.stderr.count("\n") == 1
