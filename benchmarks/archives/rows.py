"""Make the rows of a day's articles: addresses, claims, articles, copies, revisions, links, fetches and their run."""

import datetime
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.archives.news import HOSTS
from benchmarks.archives.prepare import PreparedArticle
from pipelines.duplicates.comparison import text_hash
from storage.schedule import next_reread
from storage.stories.assign import QUIET
from storage.tables.core import Address, Article, Base, Claim, Copy, Link, Revision, Run, Source
from storage.tables.dedup import ArticleSignature, Band
from storage.tables.fetches import Fetch
from storage.tables.stories import Story, StoryProfile, StoryTie

COPIED, REWRITTEN, NO_ARTICLES = 0.08, 0.06, 0.15
"""Shares of articles that have a copy (half of them an edited one), an earlier revision, or whose site also showed a
page that is no article."""

CARDS = 3
"""Related links of a page at most; one more leads to an address that no source claims."""

Row = dict[str, Any]
Rows = dict[type[Base], list[Row]]

ORDER: tuple[type[Base], ...] = (
    Source, Run, Address, Claim, Story, Article, Revision, Copy, Link, Fetch, StoryTie, StoryProfile, ArticleSignature,
    Band,
)  # fmt: skip
"""The tables in the order in which their rows can be inserted."""

SITES = [(language, number) for language in HOSTS for number in range(HOSTS[language])]
_SITE_NUMBERS = {site: number for number, site in enumerate(SITES, 1)}


def host_of(language: str, site: int) -> str:
    """Name a site's host."""
    return f"www.{'shimbun' if language == 'ja' else 'courier'}-{site}.example"


def sources(ends: datetime.datetime) -> Rows:
    """Make a source for each site, with the listing that it starts from."""
    rows: Rows = {Source: [], Address: [], Claim: []}
    for number, (language, site) in enumerate(SITES, 1):
        host = host_of(language, site)
        rows[Source].append({"id": number, "name": host[4:-8], "scope": "", "polled_at": ends, "due_at": ends})
        rows[Address].append(_address(number, f"https://{host}/feed.xml", ends, due_at=ends, outcome="not_article"))
        rows[Claim].append(_claim(number, number, "start", None, 0))
    return rows


def _address(number: int, url: str, at: datetime.datetime, **others: object) -> Row:
    host = url.split("/")[2]
    row = {
        "id": number, "key": url.removeprefix("https://").removeprefix("www."), "url": url, "host": host,
        "domain": host.removeprefix("www."), "state": "done", "attempts": 0, "rereads": 0, "outcome": "new",
        "reason": "", "status": 200, "fetched_at": at, "due_at": None, "canonical_refused": "", "article_id": None,
    }  # fmt: skip
    return row | others


def _claim(source: int, address: int, via: str, found_on: int | None, depth: int) -> Row:
    return {"source_id": source, "address_id": address, "depth": depth, "via": via, "found_on_id": found_on,
            "expanded_depth": depth}  # fmt: skip


class DayRows:
    """The rows of one day; ids go on from ``address_id`` and ``article_id``, the last ones given before."""

    def __init__(
        self,
        chance: random.Random,
        run_id: int,
        article_id: int,
        address_id: int,
        ends: datetime.datetime,
        *,
        grouped: bool = False,
    ) -> None:
        self._chance, self._run_id, self._ends, self._grouped = chance, run_id, ends, grouped
        self.article_id, self.address_id = article_id, address_id
        self.rows: Rows = {table: [] for table in ORDER}
        self._by_event: dict[int, list[Row]] = {}
        self._by_source: dict[int, list[Row]] = {}
        self._outcomes: Counter[str] = Counter()

    def make(self, articles: Sequence[PreparedArticle], day: datetime.datetime) -> Rows:
        """Make the rows of these articles."""
        for article in articles:
            self._article(article)
        if self._grouped:
            self._group([each.article.event for each in articles])
        run: Row = dict.fromkeys(("new", "updated", "unchanged", "copy", "not_article", "refused", "failed"), 0)
        run |= {"id": self._run_id, "command": "kiji crawl", "version": "generated", "host": "here", "pid": 1,
                "started_at": day, "finished_at": day, "status": "done",
                "requests": self._outcomes.total()}  # fmt: skip
        self.rows[Run].append(run | self._outcomes)
        return self.rows

    def _group(self, events: Sequence[int]) -> None:
        """Make each made-up event a story, with the number of its first article."""
        members: dict[int, list[Row]] = {}
        for row, event in zip(self.rows[Article], events, strict=True):
            if event > 0:
                members.setdefault(event, []).append(row)
        for rows in members.values():
            ordered = sorted(rows, key=lambda row: (row["published_at"], row["id"]))
            first, before, number = ordered[0], ordered[0], 1
            self.rows[Story].append(
                {"id": rows[0]["id"], "first_at": first["published_at"], "last_at": ordered[-1]["published_at"],
                 "merged_into_id": None}
            )  # fmt: skip
            for row in ordered:
                number += row["published_at"] - before["published_at"] > QUIET
                row["story_id"], row["event"], before = rows[0]["id"], number, row
                if row is not first:
                    self.rows[StoryTie].append(
                        {"article_id": row["id"], "other_id": first["id"], "kind": "terms", "weight": 0.9,
                         "detail": "the same event", "decided_at": self._ends}
                    )  # fmt: skip

    def _next_address(self, source: int, url: str, at: datetime.datetime, **others: object) -> int:
        self.address_id += 1
        self.rows[Address].append(_address(self.address_id, url, at, **others))
        self.rows[Claim].append(_claim(source, self.address_id, "entry", source, 1))
        return self.address_id

    def _article(self, prepared: PreparedArticle) -> None:
        self.article_id += 1
        article = prepared.article
        number, source = self.article_id, _SITE_NUMBERS[article.language, article.site]
        seen = min(self._ends, article.at + datetime.timedelta(minutes=self._chance.randint(2, 90)))
        url = f"https://{host_of(article.language, article.site)}/news/{article.at:%Y/%m/%d}/{number}.html"
        due = next_reread(seen, self._ends)
        address = self._next_address(source, url, seen, article_id=number, due_at=due)
        rewritten = self._chance.random() < REWRITTEN
        row = {
            "id": number, "address_id": address, "read_from_id": address, "source_id": source,
            "language": article.language, "language_confidence": 1.0, "declared_language": article.language,
            "title": article.title, "text": article.text, "text_hash": prepared.text_hash,
            "read_hash": prepared.text_hash, "summary": "", "authors": article.authors,
            "published_at": article.at, "published_precision": "instant", "published_source": "json-ld",
            "modified_at": None, "image_url": None, "machine_generated": False, "extractor_version": "generated",
            "first_seen_at": seen, "last_seen_at": seen, "revision": 2 if rewritten else 1, "revised_at": seen,
            "story_id": None, "event": None,
        }  # fmt: skip
        self.rows[Article].append(row)
        if rewritten:
            self._revision(row)
        self._fetches(source, address, seen, rewritten=rewritten, characters=len(article.text))
        self._links(source, row, url, self._by_event.setdefault(article.event, []), seen)
        if self._chance.random() < COPIED:
            self._copy(row, seen)

    def _revision(self, row: Row) -> None:
        lines = row["text"].split("\n")
        before = "\n".join([*lines[:-2], lines[-1]])
        self.rows[Revision].append(
            {"article_id": row["id"], "revision": 1, "seen_at": row["published_at"], "title": row["title"],
             "text": before, "text_hash": text_hash(before)}
        )  # fmt: skip

    def _fetches(self, source: int, address: int, seen: datetime.datetime, *, rewritten: bool, characters: int) -> None:
        outcomes = ["new", "updated" if rewritten else "unchanged"]
        outcomes += ["unchanged"] * (self._chance.random() < 0.5)
        for hours, outcome in enumerate(outcomes):
            self._fetch(source, address, seen + datetime.timedelta(hours=hours), outcome, characters)
        if self._chance.random() < NO_ARTICLES:
            self._fetch(source, source, seen, "not_article", None)

    def _fetch(
        self, source: int, address: int, at: datetime.datetime, outcome: str, characters: int | None, reason: str = ""
    ) -> None:
        self._outcomes[outcome] += 1
        self.rows[Fetch].append(
            {"run_id": self._run_id, "source_id": source, "address_id": address, "via": "entry",
             "fetched_at": min(at, self._ends), "status": 304 if outcome == "unchanged" else 200, "outcome": outcome,
             "reason": reason, "characters": characters, "related": CARDS, "page_type": "article"}
        )  # fmt: skip

    def _links(self, source: int, row: Row, url: str, told: list[Row], seen: datetime.datetime) -> None:
        published = self._by_source.setdefault(source, [])
        targets = {each["id"]: each for each in (*told[-2:], *published[-CARDS:])}
        self.address_id += 1
        outside = f"https://elsewhere-{self.address_id % 997}.example/story/{self.address_id}"
        self.rows[Address].append(_address(self.address_id, outside, seen) | {
            "state": "known", "outcome": None, "status": None, "fetched_at": None})  # fmt: skip
        cards = [(each["link_address"], each["link_url"], each["title"]) for each in list(targets.values())[:CARDS]]
        for position, (target, target_url, title) in enumerate([*cards, (self.address_id, outside, outside)], 1):
            self.rows[Link].append(
                {"page_id": row["address_id"], "target_id": target, "kind": "related", "url": target_url,
                 "position": position, "title": title, "summary": "", "language": row["language"],
                 "first_seen_at": seen, "last_seen_at": seen}
            )  # fmt: skip
        card = {"id": row["id"], "title": row["title"], "link_address": row["address_id"], "link_url": url}
        told.append(card)
        published.append(card)

    def _copy(self, row: Row, seen: datetime.datetime) -> None:
        source = self._chance.randint(1, len(SITES))
        text = row["text"]
        if edited := self._chance.random() < 0.5:
            lines = text.split("\n")
            text = "\n".join(lines[:-1] if len(lines) > 3 else lines)
        later = min(self._ends, seen + datetime.timedelta(hours=2))
        url = f"https://{host_of(*SITES[source - 1])}/wire/{row['id']}.html"
        address = self._next_address(source, url, later, article_id=row["id"], outcome="copy")
        self._fetch(source, address, later, "copy", len(text))
        near = edited and text != row["text"]
        self.rows[Copy].append(
            {"address_id": address, "article_id": row["id"], "source_id": source, "kind": "near" if near else "exact",
             "similarity": 0.9 if near else 1.0, "title": row["title"], "text": text, "text_hash": text_hash(text),
             "published_at": later, "extractor_version": "generated", "seen_at": later, "last_seen_at": later}
        )  # fmt: skip
