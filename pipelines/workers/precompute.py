"""What storage would ask of an article's words one after the other, made where many are at work: in a worker."""

import dataclasses

from pipelines.boilerplate.site_lines import lines_of
from pipelines.duplicates.comparison import text_hash
from pipelines.stories.profile import story_keys, with_story_terms
from storage.reading import Precomputed, Reading
from storage.search.terms import document_terms


def precompute(reading: Reading) -> Reading:
    """Give a reading of an article its story terms, and what else storage needs of its words; any other as it is."""
    if not reading.is_article:
        return reading
    reading = with_story_terms(reading)
    title_terms, terms = document_terms(reading.title, reading.summary, reading.text)
    keys = story_keys(reading.story_terms, reading.language)
    made = Precomputed(text_hash(reading.text), lines_of(reading.text), title_terms, terms, keys)
    return dataclasses.replace(reading, precomputed=made)
