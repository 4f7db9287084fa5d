"""py3langid's opinion among a few languages: a naive Bayes over byte n-grams, trained on 142 languages."""

import functools
import math
import threading

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_lock = threading.Lock()


def langid_shares(text: str, codes: tuple[str, ...]) -> dict[str, float]:
    """The probability of each of these ISO 639-1 codes, if it must be one of them; {} if nothing is known of the text.

    The exponent is divided by the root of the text's bytes, as py3langid does itself, so that shares keep their meaning
    from headline to article. Codes that it was not trained on get 0.
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
    """The logarithm of each code's likelihood; only their differences mean anything."""
    ranked: dict[str, float] = dict(load_identifier().rank(text))
    return {code: ranked[code] for code in codes if code in ranked}


def load_identifier() -> LanguageIdentifier:
    """The model, read once a process (about 1 second); it has no state that classifying changes."""
    with _lock:
        return _load()


@functools.cache
def _load() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
