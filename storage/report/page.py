"""Render the report as one HTML file that loads nothing."""

import dataclasses
import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import Connection

from storage.atomic_file import replace_file
from storage.errors import DatabaseError
from storage.report.charts import (
    LANGUAGES,
    MOST_LINES,
    days_chart,
    funnel_chart,
    funnel_stages,
    heat_chart,
    heat_sources,
    step_of,
    timeline_chart,
)
from storage.report.figures import Figures
from storage.report.findings import findings
from storage.report.news import Watched, told_stories, watched_news
from storage.report.rising import Rising, rising_names, rising_stories, rising_words
from storage.report.words import Labels, Words
from storage.snapshot.local_time import LocalClock
from storage.stories.coverage import Coverage, compare_coverage, in_words, new_stories, story_coverage
from storage.web.safe_text import clean_text, language_tag, title_or_dash, web_address

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Allow no script and no request, whatever a title might hold."""


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """The numbers behind a chart."""

    heads: list[str]
    rows: list[list[str]]


@dataclasses.dataclass(frozen=True, slots=True)
class News:
    """What the report tells beside its figures: what rises, what watches matched, and how the languages covered it."""

    rising: list[Rising]
    words: list[Rising]
    watched: list[Watched]
    coverage: Coverage


def read_news(connection: Connection, since: datetime.datetime, now: datetime.datetime) -> News:
    """Read it in one transaction."""
    stories = story_coverage(connection, new_stories(connection, since))
    names = rising_names(connection, since, now)
    words = rising_words(connection, since, now, [each.name for each in names])
    return News(names, words, watched_news(connection, since), compare_coverage(stories))


def report_html(
    figures: Figures, zone: str, labels: Labels, version: str, news: News | None = None, pages: str = ""
) -> str:
    """Render the report; ``pages`` is the address of ``kiji serve``, for links to stories."""
    clock, words = LocalClock(zone), Words(labels)
    root = (web_address(pages) or "").rstrip("/")
    return (
        _environment(labels)
        .get_template("report.html")
        .render(
            figures=figures,
            words=words,
            lang="en" if labels == "en" else "ja",
            findings=findings(figures),
            told=told_stories(figures.stories),
            news=news,
            rising_stories=rising_stories(figures.stories, figures.since, figures.now),
            link=lambda path: f"{root}{path}" if root else "",
            local=lambda moment: (clock.local(moment) or "")[:16],
            in_words=in_words,
            tables=_tables(figures, words, clock),
            begin=clock.local(figures.since),
            end=clock.local(figures.now),
            zone=zone,
            version=version,
            policy=POLICY,
            style=Markup((HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            days=days_chart(figures),
            heat=heat_chart(figures) if figures.cells else None,
            sources=len({cell.source for cell in figures.cells}),
            funnel=funnel_chart(figures, words),
            timeline=timeline_chart(figures.stories, clock),
        )
    )


def _environment(labels: Labels) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([HERE, HERE.parent / "web" / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": clean_text,
        "titled": title_or_dash,
        "web_address": web_address,
        "lang": language_tag,
        "moment": lambda local: local[:16],
    }
    environment.filters |= {"grouped": "{:,}".format}
    environment.globals["ui"] = labels  # which language the macros of the web pages have
    return environment


def _tables(figures: Figures, words: Words, clock: LocalClock) -> dict[str, Table]:
    drawn = set(heat_sources(figures))
    days = [[day, *map(str, counts)] for day, *counts in reversed(figures.days)]
    heat = [
        [
            cell.source,
            cell.day,
            str(cell.articles),
            "–" if cell.usual is None else f"{cell.usual:g}",
            _step(cell, words),
        ]
        for cell in sorted(figures.cells, key=lambda cell: (cell.day, cell.source), reverse=True)
        if cell.source in drawn
    ][: 7 * len(drawn)]
    articles = [
        [
            story.title,
            (clock.local(each.at) or "")[:16],
            each.source,
            LANGUAGES.get(each.language, each.language),
            each.title,
        ]
        for story in figures.stories[:MOST_LINES]
        for each in story.members
    ]
    return {
        "days": Table([words["day"], *LANGUAGES.values(), words["other"]], days),
        "heat": Table([words[key] for key in ("source", "day", "articles", "usual")] + [""], heat),
        "funnel": Table(
            [words["stage"], words["number"]],
            [[words[f"funnel_{key}"], f"{number:,}"] for key, number in funnel_stages(figures).items()],
        ),
        "timeline": Table([words[key] for key in ("story", "time", "source", "language", "headline")], articles),
    }


def _step(cell: Any, words: Words) -> str:
    step = step_of(cell.articles, cell.usual)
    return "" if step == "none" else words[f"key_{step}"]


def write_report(path: Path, html: str) -> None:
    """Write the report, replacing an older one. Raises DatabaseError."""
    try:
        with replace_file(path) as partial:
            partial.write_text(html, encoding="utf-8")
    except OSError as error:
        msg = f"report {path}: {error.strerror or error}; nothing was replaced"
        raise DatabaseError(msg) from error


def default_since(now: datetime.datetime) -> datetime.datetime:
    """Return a day ago."""
    return now - datetime.timedelta(days=1)
