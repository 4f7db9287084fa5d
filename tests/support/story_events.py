"""The written events of tests/stories: read, stored as an import stores them, and compared with how they came out."""

import dataclasses
import datetime
import functools
import itertools
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from pipelines.stories.profile import with_story_terms
from pipelines.text_rules import PipelineRules
from storage.database.crawl_lock import NO_OTHERS, CrawlLock
from storage.database.engine import Database
from storage.reading import Reading
from storage.text_rules import TextRules
from storage.writer.import_records import ImportedRecord
from storage.writer.import_writer import ImportWriter

FOLDER = Path(__file__).with_name("story_events")
FITTED = ("development", "development_2", "development_3", "development_4")
"""The parts that the rules were written and fitted by; the later ones were held back before."""

HELD_OUT = "held_out"


@dataclasses.dataclass(frozen=True, slots=True)
class EventArticle:
    """One article of the set, and the event that it tells of."""

    event: str
    url: str
    source: str
    language: str
    at: datetime.datetime
    title: str
    text: str

    def record(self, number: int) -> ImportedRecord:
        """The article as a file of an import would give it."""
        return ImportedRecord(self.url, self.source, self.at, number, number, 200, _read(self))


@functools.cache  # the tests store the same articles again and again: their terms are a fifth of the CPU
def _read(article: EventArticle) -> Reading:
    return with_story_terms(
        Reading(
            url=article.url,
            canonical_url=article.url,
            is_article=True,
            kind="article",
            title=article.title,
            text=article.text,
            language=article.language,
            language_confidence=1.0,
            published_at=article.at,
            published_precision="instant",
        )
    )


@functools.cache
def _events(part: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = tomllib.loads((FOLDER / f"{part}.toml").read_text(encoding="utf-8"))["event"]
    return events


def articles_of(*parts: str) -> list[EventArticle]:
    """The articles of the parts, in the order of their times."""
    found = []
    for part in parts:
        for event in _events(part):
            for number, article in enumerate(event["article"]):
                url = f"https://{article['source']}.example/{event['id']}/{number}"
                at = datetime.datetime.fromisoformat(article["at"]).astimezone(datetime.UTC)
                words = (article["title"], article["text"])
                found.append(EventArticle(event["id"], url, article["source"], article["language"], at, *words))
    return sorted(found, key=lambda article: (article.at, article.url))


def near_events(*parts: str) -> dict[str, list[str]]:
    """Each event of the parts, and those that it is most easily confused with."""
    return {event["id"]: event["near"] for part in parts for event in _events(part)}


def store(
    database: Database,
    articles: Sequence[EventArticle],
    batch: int = 10,
    *,
    file_name: str = "events.jsonl",
    lock: CrawlLock = NO_OTHERS,
    rules: TextRules | None = None,
) -> None:
    """Store articles in this order, as one import; others may write beside it where the lock says so."""
    writer = ImportWriter(database, rules or PipelineRules())
    writer.start([], [], command="events", version="0", host="here", pid=1, lock=lock).result()
    file = writer.open_file(file_name, 1, 1).result()
    for first in range(0, len(articles), batch):
        records = [article.record(first + at + 1) for at, article in enumerate(articles[first : first + batch])]
        writer.store_records(file.file_id, records).result()
    writer.finish("done", 0).result()
    writer.close()


def stories_by_url(database: Database) -> dict[str, int]:
    """The story of each article."""
    with database.reading() as connection:
        rows = connection.execute(text("SELECT url, story_id FROM articles"))
        return {str(row.url): int(row.story_id) for row in rows}


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """Pairs of articles: how many are of one event, of one story, and of both; and those that are wrong."""

    events: int
    stories: int
    both: int
    false: tuple[tuple[EventArticle, EventArticle], ...] = ()
    missed: tuple[tuple[EventArticle, EventArticle], ...] = ()

    @property
    def precision(self) -> float:
        """Of the pairs in one story, the share that is of one event."""
        return self.both / self.stories if self.stories else 1.0

    @property
    def recall(self) -> float:
        """Of the pairs of one event, the share that is in one story."""
        return self.both / self.events if self.events else 1.0


KINDS = ("all", "Japanese", "English", "across languages")


def scores(articles: Sequence[EventArticle], stories: Mapping[str, int]) -> dict[str, Score]:
    """Judge every pair by the stories that the articles are in, all together and by languages."""
    return scores_by(articles, lambda one, other: stories[one.url] == stories[other.url])


def scores_by(
    articles: Sequence[EventArticle], together: Callable[[EventArticle, EventArticle], bool]
) -> dict[str, Score]:
    """Judge every pair, all together and by languages."""
    names = {("ja", "ja"): "Japanese", ("en", "en"): "English"}
    pairs: dict[str, list[tuple[EventArticle, EventArticle]]] = {kind: [] for kind in KINDS}
    for one, other in itertools.combinations(articles, 2):
        pairs[names.get((one.language, other.language), "across languages")].append((one, other))
        pairs["all"].append((one, other))
    return {kind: _score(of_kind, together) for kind, of_kind in pairs.items()}


def _score(
    pairs: Sequence[tuple[EventArticle, EventArticle]], together: Callable[[EventArticle, EventArticle], bool]
) -> Score:
    event = [(a, b) for a, b in pairs if a.event == b.event]
    story = [(a, b) for a, b in pairs if together(a, b)]
    false = tuple((a, b) for a, b in story if a.event != b.event)
    missed = tuple((a, b) for a, b in event if not together(a, b))
    return Score(len(event), len(story), len(event) - len(missed), false, missed)
