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
    return cross_validated(articles, pairs_of(articles, members))


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
The events were written for this test. Articles of several sources, one to five for each event, report them in Japanese
and English. Other events are easy to confuse with them: the next day of a tournament, another prize of the same week,
the same politician on another subject. Every pair of articles counts. The development parts were used to write the
rules and to fit the weights (`python -m benchmarks.story_fit`). Cross-validation judges each event with weights that
were fitted without it and without events that are easy to confuse with it. The rules know these events. Nothing was
fitted to the held-out part. The rules are those from before it was written.

The first result on a new part shows what to expect of other archives. Each part was held out once, measured, and then
added to development:

| articles | events | precision | recall | false pairs, and the change made |
| --- | --- | --- | --- | --- |
| 112 | not separated | 0.885 | 0.635 | series; higher thresholds |
| 41 | 22 | 0.875 | 0.700 | 2 of 16: first and second day of a tournament; 初日 and "opening day" are read since |
| 109 | 42 | 0.973 | 0.740 | 2 of 73, in English (5 right of 7 there): two days of golf, of baseball |
| 135 | 45 | 0.932 | 0.816 | 9 of 133: two days' heat records (8), two stages of the Tour |
| 106 | 41 | 0.972 | 0.711 | 2 of 71: two days of ski jumping. This is the held-out part now |

Between the third and the fourth part, names in kanji got their readings, and instalments of a series got their day.
After the fourth part, the weight of confused pairs was raised from 2 to 4. This lowers recall. Since then articles are
clustered by average linkage, and the weights learn from pairs of real articles, too (`real_story_pairs.csv`). Terms now
have the same weight in archives of any size, and confused pairs count 2 again.

Real articles: all 16 stories that 1,277 real pages gave (manuals, shops and blogs among them) were right when read, and
15 of 17 with weights fitted without the sites of a pair. They hold all 29 pairs of one event that were found.

The authors of the rules wrote the parts, all in the same style. Each part has few pairs within one language (9 and 5
in one story in the last part). False pairs are instalments of series whose words are not in the rules. Missed pairs
are follow-ups of another day with other people and numbers, short notes with few names, and names that neither the
list of readings nor the sounds join.
""",
    measure,
)
