"""Group a written archive into stories, and hold them against the events that were written."""

import datetime
import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select

from benchmarks.archives.fill import SEED
from benchmarks.archives.news import NewsArticle
from benchmarks.archives.prepare import split
from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.stories.regroup import regroup
from storage.tables.core import Article
from tests.support.story_events import Score


def group(database: Database, *, anew: bool = False) -> float:
    """Group all articles that wait, or all; return milliseconds of CPU an article."""
    before = time.process_time()
    grouped = regroup(database, PipelineRules(), utc_now(), anew=anew, progress=lambda _: None)
    return (time.process_time() - before) / max(1, grouped) * 1_000


def stories_of(database: Database) -> dict[int, int | None]:
    """Read the story of each article."""
    with database.reading() as connection:
        return {row.id: row.story_id for row in connection.execute(select(Article.id, Article.story_id))}


def scores(
    database: Database,
    articles: int,
    days: Sequence[datetime.datetime],
    others: Sequence[NewsArticle],
    seed: int = SEED,
) -> Mapping[str, Score]:
    """Judge the stories of an archive that ``fill`` wrote by these arguments.

    ``written`` are the pairs of which one article at least is of the written events, ``across`` those of two languages
    among them, ``generated`` all others.
    """
    stories = stories_of(database)
    events: dict[int, tuple[int, str]] = {}
    for day in split(articles, days, seed, others):
        for article in day.write():
            events[len(events) + 1] = (article.event, article.language)
    by_event, by_story = defaultdict(list), defaultdict(list)
    for number, (event, _) in events.items():
        by_event[event].append(number)
        by_story[stories[number]].append(number)
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in ("written", "across", "generated")}
    for what, groups in (("events", by_event), ("stories", by_story)):
        for one, other in _pairs(groups.values()):
            (event, language), (that, its) = events[one], events[other]
            together = event == that and stories[one] == stories[other]
            kinds = ["written" if min(event, that) < 0 else "generated"]
            kinds += ["across"] * (kinds[0] == "written" and language != its)
            for kind in kinds:
                counts[kind][what] += 1
                counts[kind]["both"] += together and what == "events"
    return {kind: Score(found["events"], found["stories"], found["both"]) for kind, found in counts.items()}


def _pairs(groups: Iterable[Sequence[int]]) -> Iterator[tuple[int, int]]:
    for group in groups:
        yield from itertools.combinations(group, 2)
