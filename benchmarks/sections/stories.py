"""Articles of one event in two languages: how well they are grouped, on events that were written for it."""

import tempfile

from benchmarks.section import Cell, Check, Extent, Findings, Section, Table
from benchmarks.story_events import FITTED, HELD_OUT, Score, articles_of, scores, store, stories_by_url
from benchmarks.story_fit import cross_validated, members_of, pairs_of
from storage.database import open_database

LEAST_PRECISION = 0.95


def stored(*parts: str) -> dict[str, Score]:
    """Store parts as an import does, and hold its stories against its events."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/stories.db")
        articles = articles_of(*parts)
        store(database, articles)
        found = scores(articles, stories_by_url(database))
        database.close()
    return found


def validated() -> dict[str, Score]:
    """Judge each event of the development parts by weights that were fitted without it."""
    articles = articles_of(*FITTED)
    members = members_of(articles)
    return cross_validated(articles, members, pairs_of(articles, members))


def measure(extent: Extent) -> Findings:  # noqa: ARG001 - the events are what they are
    """Measure what was fitted to, by cross-validation too, and what was not."""
    found = {
        "development": stored(*FITTED),
        "development, cross-validated": validated(),
        "held out": stored(HELD_OUT),
    }
    rows: list[tuple[Cell, ...]] = []
    checks = []
    for name, by_kind in found.items():
        for kind, score in by_kind.items():
            figures = (f"{score.precision:.3f}", f"{score.recall:.3f}")
            rows.append((name, kind, score.events, score.stories, score.both, *figures))
        least = min(by_kind[kind].precision for kind in ("all", "across languages"))
        claim = f"{name}: precision at least {LEAST_PRECISION}, in all pairs and in those across languages"
        checks.append(Check(claim, f"{least:.3f}", least >= LEAST_PRECISION))
    columns = ("articles", "pairs", "of one event", "in one story", "both", "precision", "recall")
    return Findings((Table(columns, tuple(rows)),), tuple(checks))


SECTION = Section(
    "stories",
    55,
    "Stories",
    """
Events that were written for this, each told by one to five articles of several sources in Japanese and English, with
others that are easily taken for them: the next day of a tournament, the other prize of the week, the same politician on
another matter. Every pair of articles counts. The weights are fitted to the development part
(`python -m benchmarks.story_fit`); cross-validated, no event is judged by weights that were fitted to it or to one that
is easily taken for it. Nothing is fitted to the part held back.

What came out at first sight is what to expect of the next archive. A part of 112 articles, written before the features
were changed, had precision 0.885 and recall 0.635 when it was first measured (across languages 0.917 and 0.710); it was
then taken into the development part, and the thresholds were raised. The part that is held back now, 41 articles and 20
pairs, had precision 0.875 and recall 0.700: two of 16 pairs were false, a tournament's first day and its second, as
初日 and "opening day" were not read as a place in a series. They are since, so the figures below are those of a part
that has been seen once, and it is small.
""",
    measure,
)
