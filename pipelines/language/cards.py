"""Tell the language of a card by its own words, and by the page around it where these do not tell."""

import dataclasses

from pipelines.language.detect import UNDETERMINED, DetectedLanguage, detect_card_language
from pipelines.rules.load import rule_cache
from storage.reading import Card


def with_language(card: Card, page: DetectedLanguage) -> Card:
    """Return a card with its language.

    The card's own words decide, since an English article may be listed among Japanese cards.
    """
    words = f"{card.title}\n{card.summary}".strip()
    around = page.code if page.is_clear else UNDETERMINED
    return dataclasses.replace(card, language=_language_of_card(words, around) if words else UNDETERMINED)


@rule_cache(1_024)  # many pages of a site have the same card
def _language_of_card(words: str, page: str) -> str:
    return detect_card_language(words, page)
