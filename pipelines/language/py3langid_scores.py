"""Score a few languages with py3langid, a naive Bayes over byte n-grams."""

import functools
import math
import threading

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_lock = threading.Lock()


def langid_shares(text: str, codes: tuple[str, ...]) -> dict[str, float]:
    """Return the probability of each code, if the text is in one of them.

    It is {} if no n-gram is known. The exponent is divided by the root of the text's bytes, as py3langid does, so that
    shares of headlines and articles compare. Codes that it was not trained on get 0.
    """
    scores = langid_scores(text, codes)
    if len(set(scores.values())) < 2:
        return {}
    temperature = math.sqrt(len(text.encode("utf-8", "replace")))
    best = max(scores.values())
    weights = {code: math.exp((score - best) / temperature) for code, score in scores.items()}
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()}


def langid_scores(text: str, codes: tuple[str, ...]) -> dict[str, float]:
    """Return the log-likelihood of each code. Only differences are meaningful."""
    ranked: dict[str, float] = dict(load_identifier().rank(text))
    return {code: ranked[code] for code in codes if code in ranked}


def load_identifier() -> LanguageIdentifier:
    """Load the model once a process (about 1 second).

    Classifying does not change it.
    """
    with _lock:
        return _load()


@functools.cache
def _load() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
