"""Precompute in a worker what storage needs of an article's words."""

import dataclasses

from pipelines.additions import current_additions
from pipelines.boilerplate.site_lines import fingerprint_lines
from pipelines.duplicates.comparison import text_hash
from pipelines.entities.find import find_entities
from pipelines.related.stored_lists import lists_to_store
from pipelines.stories.profile import story_keys, with_story_terms
from storage.reading import Precomputed, Reading
from storage.search.terms import document_terms


def precompute(reading: Reading) -> Reading:
    """Return an article's reading with story terms, hashes, search terms, entities and the lists to store.

    Other readings stay as they are.
    """
    if not reading.is_article:
        return reading
    additions = current_additions()
    reading = with_story_terms(reading) if additions.stories else reading
    title_terms, terms = document_terms(reading.title, reading.summary, reading.text)
    keys = story_keys(reading.story_terms, reading.language)
    lists = lists_to_store(reading.lists, additions.stored_lists)
    entities = find_entities(reading.title, reading.text, reading.language)
    lines = fingerprint_lines(reading.text)
    made = Precomputed(text_hash(reading.text), lines, title_terms, terms, keys, lists, entities)
    return dataclasses.replace(reading, precomputed=made)
