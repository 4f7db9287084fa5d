"""Compare the scores of several packages on the same pages, and of an oracle that takes the best for each page."""

import collections
import dataclasses
from collections.abc import Sequence

from benchmarks.training.text_scores import PageScore, mean_f1
from benchmarks.training.truths import TruePage

KIJI = "Kiji"
_TWO = (KIJI, "trafilatura")
_LEAST_PAGES = 5  # of a part or language that has a row of its own


@dataclasses.dataclass(frozen=True, slots=True)
class ScoredPage:
    """A page's score by each engine; ``seconds`` are the CPU of those that run in this process."""

    truth: TruePage
    scores: dict[str, PageScore]
    seconds: dict[str, float]

    def best(self) -> str:
        """Return the engine with the highest F1; Kiji where it is among them."""
        return max(self.scores, key=lambda name: (self.scores[name].f1, name == KIJI))

    def gain(self) -> float:
        """Return what the best engine's F1 has more than Kiji's."""
        return self.scores[self.best()].f1 - self.scores[KIJI].f1


def groups_of(pages: Sequence[ScoredPage]) -> dict[str, list[ScoredPage]]:
    """Return the pages by what has a row of its own: all of a folder, its parts, its languages."""
    groups: dict[str, list[ScoredPage]] = collections.defaultdict(list)
    for page in pages:
        name = page.truth.name
        words = (page.truth.part, page.truth.language if page.truth.language in ("en", "ja") else "")
        for group in dict.fromkeys((name, *(f"{name}, {word}" for word in words if word))):
            groups[group].append(page)
    whole = {page.truth.name: groups[page.truth.name] for page in pages}
    return {
        group: known
        for group, known in groups.items()
        if group in whole or (len(known) >= _LEAST_PAGES and known != whole[known[0].truth.name])
    }


def table(pages: Sequence[ScoredPage]) -> list[str]:
    """Return the figures as a table in Markdown: a row a group, a column an engine, and two oracles.

    One oracle takes the best of all engines for each page, the other of Kiji and trafilatura.
    """
    engines = list(pages[0].scores)
    head = ["pages", "number", *engines, "best of all", "best of Kiji and trafilatura"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for group, known in groups_of(pages).items():
        truths = [page.truth for page in known]
        figures = [mean_f1(truths, [page.scores[name] for page in known]) for name in engines]
        figures.append(mean_f1(truths, [page.scores[page.best()] for page in known]))
        two = [max((page.scores[name] for name in _TWO), key=lambda score: score.f1) for page in known]
        figures.append(mean_f1(truths, two))
        lines.append(f"| {group} | {len(known)} | " + " | ".join(f"{figure:.4f}" for figure in figures) + " |")
    return lines
