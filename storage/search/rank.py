"""Score hits by BM25 and by age. Pure functions.

Every hit has all terms, so that rare and common terms need no weights; the same figures on SQLite
and PostgreSQL are worth more than ``bm25()`` here and ``ts_rank`` there, which the indexes have no positions for.
"""

import datetime
from collections.abc import Sequence

from storage.languages import usual_length

K1, B = 1.2, 0.75
"""BM25's usual constants: how soon repetition stops to count, how much length counts against a text."""

FIELD_WEIGHTS = (3.0, 1.5, 1.0)
"""Of title, summary and text."""

HALF_LIFE = datetime.timedelta(days=30)


def rank_score(counts: Sequence[tuple[int, ...]], length: int, language: str, age: datetime.timedelta) -> float:
    """Score a hit.

    ``counts`` are, for each term, its places in title, summary and text.

    The newest counts for twice what the same article counted for years ago; after HALF_LIFE half of that is gone.
    """
    damping = K1 * (1 - B + B * length / usual_length(language))
    relevance = 0.0
    for title, summary, text in counts:
        fields = (title / (title + 0.5), summary / (summary + K1), text / (text + damping))
        relevance += sum(weight * value for weight, value in zip(FIELD_WEIGHTS, fields, strict=True) if value)
    half_lives = max(age / HALF_LIFE, 0.0)
    return relevance * (1 + 1 / (1 + half_lives))
