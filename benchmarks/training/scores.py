"""Score related links that were found on annotated pages."""

import collections
import dataclasses
from collections.abc import Iterable, Sequence

from benchmarks.training.annotations import NOT_RELATED, AddressKey, AnnotatedPage


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """``micro`` figures count links, ``page`` figures average over pages; ``none_found`` pages with related links.

    What stands in lists of other kinds than ``NOT_RELATED`` counts on neither side.
    """

    page_recall: float
    page_precision: float
    micro_recall: float
    micro_precision: float
    none_found: int
    pages: int
    given: int
    wanted: int
    hits: int
    wrong: int

    def line(self) -> str:
        """The figures on one line."""
        return (
            f"page recall {self.page_recall:.3f} precision {self.page_precision:.3f}, "
            f"micro recall {self.micro_recall:.3f} precision {self.micro_precision:.3f}, "
            f"none found on {self.none_found} of {self.pages}, {self.given} given"
        )


def score(pages: Sequence[AnnotatedPage], given: Iterable[set[AddressKey]]) -> Score:
    """The figures for the related links ``given`` on each of ``pages``; what is no article does not count."""
    recalls, precisions = list[float](), list[float]()
    counts: collections.Counter[str] = collections.Counter()
    for page, found in zip(pages, given, strict=True):
        if not page.is_article:
            continue
        kinds, first = page.kinds(), page.first_kinds()
        wanted = {key for key, of_link in kinds.items() if "related" in of_link}
        hits = wanted & found
        wrong = {key for key in found - wanted if first.get(key, "none") in NOT_RELATED}
        counts.update(wanted=len(wanted), hits=len(hits), given=len(found), wrong=len(wrong))
        counts["none"] += bool(wanted) and not hits
        if wanted:
            recalls.append(len(hits) / len(wanted))
        if found:
            precisions.append(1 - len(wrong) / len(found))
    return Score(
        page_recall=sum(recalls) / (len(recalls) or 1),
        page_precision=sum(precisions) / (len(precisions) or 1),
        micro_recall=counts["hits"] / (counts["wanted"] or 1),
        micro_precision=1 - counts["wrong"] / (counts["given"] or 1),
        none_found=counts["none"],
        pages=len(recalls),
        given=counts["given"],
        wanted=counts["wanted"],
        hits=counts["hits"],
        wrong=counts["wrong"],
    )
