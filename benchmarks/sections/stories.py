"""Articles of one event in two languages: how well they are grouped, on events that were written for it."""

import tempfile

from benchmarks.section import Cell, Check, Extent, Findings, Section, Table
from benchmarks.story_fit import cross_validated, members_of, pairs_of
from storage.database.open import open_database
from tests.support.story_events import FITTED, HELD_OUT, Score, articles_of, scores, store, stories_by_url

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
another matter. Every pair of articles counts. The rules were written, and the weights are fitted, by the development
parts (`python -m benchmarks.story_fit`); cross-validated, no event is judged by weights that were fitted to it or to
one that is easily taken for it, but the rules know it. Nothing was fitted to the part held back, and the rules are
those that stood when it was written.

What came out at first sight is what to expect of the next archive. Each part was held back once, measured, and then
given to development:

| articles | events | precision | recall | false pairs, and what was done |
| --- | --- | --- | --- | --- |
| 112 | not kept apart | 0.885 | 0.635 | series; the thresholds were raised |
| 41 | 22 | 0.875 | 0.700 | 2 of 16: a tournament's first day and its second, 初日 and "opening day" are read since |
| 109 | 42 | 0.973 | 0.740 | 2 of 73, in English (5 right of 7 there): two days of golf, of baseball |
| 135 | 45 | 0.932 | 0.816 | 9 of 133: two days' heat records (8), two stages of the Tour |
| 106 | 41 | 0.972 | 0.711 | 2 of 71: two days of ski jumping. The part held back now |

Between the third part and the fourth, names in kanji were given their readings and instalments of a series their day;
after the fourth, confused pairs were made to weigh 4 instead of 2, which costs recall.

The parts have been written by those who wrote the rules, in one manner, and each has few pairs within a language (9 and
5 in one story in the last one). False are the instalments of series whose words the rules do not have. Missed are
follow-ups of another day that tell of other people and numbers, sketches that name hardly anything of the report, and
names that the lists of readings and the sounds do not join.
""",
    measure,
)
