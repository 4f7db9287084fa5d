"""An archive with weeks of made-up bilingual news, written straight into the tables: what pages and charts need.

    python -m tests.support.generated_archive sqlite:///generated.db --articles 5000

Nine sources with habits of their own: two languages, weekends, one that fell silent, one that began late, one that is
refused more and more. Events are told by several sources over days, with copies, rewritings and related links.
"""

import argparse
import dataclasses
import datetime
import hashlib
import itertools
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from storage.database.open import open_database
from storage.search.index import rebuild_index
from storage.tables.core import Address, Article, Copy, Link, Revision, Run, Source
from storage.tables.fetches import Fetch
from storage.tables.health import SourceHealth
from storage.tables.stories import Story, StoryTie

EVENTS = tomllib.loads(Path(__file__).with_name("generated_events.toml").read_text(encoding="utf-8"))
BATCH = 2_000


@dataclasses.dataclass(frozen=True)
class Habit:
    """A source: ``share`` of all articles, of Japanese, of the weekend; days of its life (0 is today)."""

    name: str
    share: float
    japanese: float
    weekend: float = 0.6
    first_day: int = 10_000
    last_day: int = 0
    refused: float = 0.01


HABITS = (
    Habit("mirai-shimbun", 5, 1.0),
    Habit("kita-nippo", 3, 1.0, weekend=0.8),
    Habit("minato-times", 3, 0.5),
    Habit("harbor-post", 4, 0.0, weekend=0.4),
    Habit("cray-courier", 1.5, 0.0),
    Habit("toto-keizai", 2, 0.95, weekend=0.1),
    Habit("wakaba-press", 1, 0.9, last_day=3),
    Habit("island-wire", 2, 0.1, first_day=12),
    Habit("shiten", 0.5, 1.0, refused=0.3),
)


@dataclasses.dataclass
class _Event:
    day: float
    place: tuple[str, str]
    titles: list[list[str]]
    number: int
    story_id: int = 0
    told: list[int] = dataclasses.field(default_factory=list)


class Generator:
    """Makes rows. Repeatable for one seed, number of articles and moment."""

    def __init__(self, articles: int, now: datetime.datetime, days: int = 42, seed: int = 7) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.articles = articles
        self.now = now.replace(microsecond=0)
        self.days = days
        self.events = [self._event() for _ in range(max(4, articles // 7))]
        self.events.sort(key=lambda event: -event.day)
        for story_id, event in enumerate(self.events, 1):
            event.story_id = story_id
        self.weights = [habit.share for habit in HABITS]
        self.addresses = itertools.count(1)
        self.rows: dict[type, list[dict[str, Any]]] = {
            table: [] for table in (Story, Address, Article, StoryTie, Revision, Copy, Link, Fetch)
        }
        self.known: dict[int, tuple[int, str, str, str]] = {}

    def _event(self) -> _Event:
        event = self.chance.choice(EVENTS["event"])
        ja, en = self.chance.choice(EVENTS["places"])
        return _Event(
            self.chance.uniform(0, self.days), (ja, en), event["titles"], self.chance.choice((3, 5, 12, 48, 350, 4210))
        )

    def batches(self) -> Iterator[dict[type, list[dict[str, Any]]]]:
        """Give the rows in the order in which they can be inserted."""
        ids = itertools.count(1)
        while True:
            for event in self.events:
                if not event.told:
                    self._story(event)
                for _ in range(min(12, 1 + int(self.chance.expovariate(0.22)))):
                    article_id = next(ids)
                    if article_id > self.articles:
                        yield self.rows
                        return
                    self._article(article_id, event)
                if len(self.rows[Article]) >= BATCH:
                    yield self.rows
                    for rows in self.rows.values():
                        rows.clear()

    def _address(self, source: int, moment: datetime.datetime, article_id: int, path: str) -> int:
        address_id = next(self.addresses)
        host = f"www.{HABITS[source].name}.example"
        self.rows[Address].append(
            {
                "id": address_id, "key": f"{host}{path}"[4:], "url": f"https://{host}{path}", "host": host,
                "domain": host[4:], "state": "done", "attempts": 0, "rereads": 0, "outcome": "new", "reason": "",
                "status": 200, "fetched_at": moment, "canonical_refused": "", "article_id": article_id,
            }
        )  # fmt: skip
        return address_id

    def _source(self, age: float) -> int | None:
        source = self.chance.choices(range(len(HABITS)), self.weights)[0]
        habit = HABITS[source]
        weekend = (self.now - datetime.timedelta(days=age)).weekday() >= 5
        if not habit.last_day <= age <= habit.first_day or (weekend and self.chance.random() > habit.weekend):
            return None
        return source

    def _article(self, article_id: int, event: _Event) -> None:
        age = max(0.02, event.day - self.chance.expovariate(1.5))
        source = self._source(age) or 0
        language = "ja" if self.chance.random() < HABITS[source].japanese else "en"
        moment = self.now - datetime.timedelta(days=age)
        title, text = self.words(event, language)
        seen = min(self.now, moment + datetime.timedelta(minutes=self.chance.randint(3, 90)))
        address_id = self._address(source, seen, article_id, f"/news/{moment:%Y/%m/%d}/{article_id}.html")
        rewritten = self.chance.random() < 0.08
        self.rows[Article].append(
            {
                "id": article_id, "address_id": address_id, "read_from_id": address_id, "source_id": source + 1,
                "language": language, "language_confidence": 0.99, "declared_language": language, "title": title,
                "text": text, "text_hash": _hash(text), "summary": text.split("\n", 1)[0], "authors": "",
                "published_at": moment, "published_precision": "instant", "modified_at": None, "image_url": None,
                "machine_generated": False, "extractor_version": "generated", "first_seen_at": seen,
                "last_seen_at": seen, "revision": 2 if rewritten else 1, "revised_at": seen, "story_id": event.story_id,
            }
        )  # fmt: skip
        if rewritten:
            lines = text.split("\n")
            old = "\n".join([lines[0], *lines[2:]])
            self.rows[Revision].append(
                {"article_id": article_id, "revision": 1, "seen_at": moment, "title": title, "text": old,
                 "text_hash": _hash(old)}
            )  # fmt: skip
        self._fetches(source, address_id, seen)
        self._links(address_id, event, seen)
        self.known[article_id] = (address_id, self.rows[Address][-1]["url"], title, language)
        if self.chance.random() < 0.06:
            self._copy(article_id, title, text, moment)
        self._tie(article_id, event, seen)
        event.told.append(article_id)

    def words(self, event: _Event, language: str) -> tuple[str, str]:
        """Give a headline and a text of an event."""
        side = 0 if language == "ja" else 1
        place = event.place[side]
        title = self.chance.choice(event.titles)[side].format(p=place, n=event.number)
        pool = EVENTS["sentences"][language]
        paragraphs = []
        for _ in range(self.chance.randint(3, 7)):
            chosen = self.chance.sample(pool, self.chance.randint(2, 4))
            said = [s.format(p=place, n=self.chance.randint(2, 980), d=self.chance.randint(4, 20)) for s in chosen]
            paragraphs.append(("" if language == "ja" else " ").join(said))
        return title, "\n".join(paragraphs)

    def _fetches(self, source: int, address_id: int, moment: datetime.datetime) -> None:
        outcomes = [("new", "")] + [("unchanged", "304")] * 2
        if self.chance.random() < HABITS[source].refused:
            outcomes.append(("refused", "HTTP 403"))
        if self.chance.random() < 0.03:
            outcomes.append(("failed", self.chance.choice(("HTTP 503", "time-out after 30 s"))))
        if self.chance.random() < 0.2:
            outcomes.append(("not_article", "section"))
        for hours, (outcome, reason) in enumerate(outcomes):
            when = min(self.now, moment + datetime.timedelta(hours=hours))
            self.rows[Fetch].append(
                {"run_id": 1, "source_id": source + 1, "address_id": address_id, "via": "related", "fetched_at": when,
                 "status": 200, "outcome": outcome, "reason": reason}
            )  # fmt: skip

    def _story(self, event: _Event) -> None:
        first = self.now - datetime.timedelta(days=event.day)
        last = min(self.now, first + datetime.timedelta(days=3))
        self.rows[Story].append({"id": event.story_id, "first_at": first, "last_at": last})

    def _tie(self, article_id: int, event: _Event, moment: datetime.datetime) -> None:
        if event.told:
            self.rows[StoryTie].append(
                {"article_id": article_id, "other_id": event.told[0], "kind": "terms", "weight": 0.8,
                 "detail": f"{event.place[1]}, {event.number}", "decided_at": moment}
            )  # fmt: skip

    def _links(self, address_id: int, event: _Event, moment: datetime.datetime) -> None:
        for position, target in enumerate(
            self.chance.sample(event.told, min(len(event.told), self.chance.choice((0, 1, 1, 2)))), 1
        ):
            target_id, url, title, language = self.known[target]
            self.rows[Link].append(
                {"page_id": address_id, "target_id": target_id, "kind": "related", "url": url, "position": position,
                 "title": title, "summary": "", "language": language, "first_seen_at": moment, "last_seen_at": moment}
            )  # fmt: skip

    def _copy(self, article_id: int, title: str, text: str, moment: datetime.datetime) -> None:
        source = self.chance.randrange(len(HABITS))
        seen = min(self.now, moment + datetime.timedelta(hours=2))
        address_id = self._address(source, seen, article_id, f"/wire/{article_id}")
        self.rows[Copy].append(
            {"address_id": address_id, "article_id": article_id, "source_id": source + 1, "kind": "near",
             "similarity": 0.91, "title": title, "text": text, "text_hash": _hash(text), "published_at": seen,
             "extractor_version": "generated", "seen_at": seen, "last_seen_at": seen}
        )  # fmt: skip


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fill(session: Session, articles: int, now: datetime.datetime) -> Generator:
    """Fill an empty archive."""
    generator = Generator(articles, now)
    session.execute(insert(Source), [{"id": n, "name": habit.name, "scope": ""} for n, habit in enumerate(HABITS, 1)])
    began = now - datetime.timedelta(hours=1)
    session.execute(
        insert(Run),
        [{"id": 1, "command": "kiji crawl", "version": "0", "host": "here", "pid": 1, "started_at": began,
          "finished_at": now, "status": "done"}],
    )  # fmt: skip
    silent = next(number for number, habit in enumerate(HABITS, 1) if habit.last_day)
    session.add(
        SourceHealth(source_id=silent, state="silent", since=now - datetime.timedelta(days=3), checked_at=now,
                     detail="no new article for 3 days, usually 4 a day")
    )  # fmt: skip
    for rows in generator.batches():
        for table, found in rows.items():
            if found:
                session.execute(insert(table), found)
    rebuild_index(session.connection())
    return generator


def main() -> None:
    """Generate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--articles", type=int, default=5_000)
    arguments = parser.parse_args()
    database = open_database(arguments.url)
    with database.writing() as session:
        fill(session, arguments.articles, datetime.datetime.now(datetime.UTC))
    database.close()


if __name__ == "__main__":
    main()
