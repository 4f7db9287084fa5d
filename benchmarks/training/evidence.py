"""Read a page as far as the evidence that a model is trained with."""

import contextlib
from typing import TypeVar

from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.text.arbiter import BlockEvidence
from pipelines.text.page_evidence import Evidence

AnyEvidence = TypeVar("AnyEvidence", Evidence, BlockEvidence)


class _NotedError(Exception):
    """Ends the reading of a page whose evidence is known."""


def read_evidence(raw: RawPage, kind: type[AnyEvidence]) -> AnyEvidence | None:
    """Return the evidence of this kind, None of a page that has none.

    Reading ends there: the packaged weights of the model that is trained may be for other features.
    """
    seen: list[AnyEvidence] = []

    def note(evidence: Evidence | BlockEvidence) -> None:
        if isinstance(evidence, kind):
            seen.append(evidence)
            raise _NotedError

    with contextlib.suppress(_NotedError):
        read_page(raw, note=note)
    return seen[0] if seen else None
