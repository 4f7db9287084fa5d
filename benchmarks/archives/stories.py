"""Group a written archive into stories, and hold them against the events that were written.

    python -m benchmarks.archives sqlite:///events.db --articles 100000 --events --grouped --parts stories
    python -m benchmarks.archives.stories sqlite:///events.db --articles 100000

Both need the same options. With --grouped the made-up events are stories already, and only the written ones wait.
"""

import argparse
import datetime
import itertools
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select

from benchmarks.archives.fill import SEED, days_for
from benchmarks.archives.news import EVENTS_A_DAY, NewsArticle, event_days, written_events
from benchmarks.archives.prepare import DISTINCT, Day, repeated, split
from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.stories.group import group_waiting
from storage.stories.regroup import BATCH
from storage.tables.core import Article
from storage.text_rules import bind_rules
from tests.support.story_events import Score


def group(database: Database) -> float:
    """Group the articles that wait, and no others again; return milliseconds of CPU an article."""
    before, grouped, rules = time.process_time(), 0, PipelineRules()
    while True:
        with database.writing() as session:
            bind_rules(session, rules)
            done = group_waiting(session, BATCH, utc_now())
        if not done:
            return (time.process_time() - before) / max(1, grouped) * 1_000
        grouped += done


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
    distinct: int = DISTINCT,
) -> Mapping[str, Score]:
    """Judge the stories of an archive that ``fill`` wrote by these arguments.

    ``written`` are the pairs of which one article at least is of the written events, ``across`` those of two languages
    among them, ``generated`` all others.
    """
    stories = stories_of(database)
    events: dict[int, tuple[int, str]] = {}
    for event, language in _events(list(split(articles, days, seed, others)), distinct):
        events[len(events) + 1] = event, language
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


def _events(days: Sequence[Day], distinct: int) -> Iterator[tuple[int, str]]:
    """Give event and language of all articles, in the order of their ids."""
    for day in days:
        before, _ = repeated(days, day, distinct)
        later = EVENTS_A_DAY * (day.number - before.number)
        for article in before.write()[: day.articles]:
            yield article.event + later, article.language
        for article in day.others:
            yield article.event, article.language


def _pairs(groups: Iterable[Sequence[int]]) -> Iterator[tuple[int, int]]:
    for group in groups:
        yield from itertools.combinations(group, 2)


def main() -> int:
    """Group and judge what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.archives.stories",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--distinct", type=int, default=DISTINCT)
    options = parser.parse_args()
    database = open_database(options.url, create=False)
    print(f"{group(database):.1f} ms of CPU an article")
    others = written_events()
    days = event_days(others, days_for(options.articles))
    for kind, score in scores(database, options.articles, days, others, options.seed, options.distinct).items():
        print(f"{kind}: precision {score.precision:.3f}, recall {score.recall:.3f} of {score.events} pairs")
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
