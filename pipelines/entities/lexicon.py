"""List the names of entities: those that stories are grouped by, more places and organisations, the CLDR's cities."""

from collections.abc import Iterator, Mapping

from babel import Locale

from pipelines.rules.load import load_rules, load_words, rule_cache
from pipelines.stories.lexicon import Lexicon, make_lexicon, name_forms

_UPPER = 5
"""Letters of a city that datelines write in capitals: VIENNA."""

_NO_CITIES = frozenset(("Etc", "Antarctica", "Arctic"))


def entity_lexicon(language: str) -> Lexicon:
    """Return the lexicon for ``ja``, or the one in Latin letters for any other code."""
    return _lexicon(japanese=language == "ja")


@rule_cache()
def _lexicon(*, japanese: bool) -> Lexicon:
    return make_lexicon(entity_forms(), japanese=japanese)


@rule_cache()
def entity_forms() -> tuple[tuple[str, str], ...]:
    """Give each form of each name, with the thing that it names."""
    return (*name_forms(), *added_forms().items())


@rule_cache()
def added_forms() -> Mapping[str, str]:
    """Return the forms that stories are not grouped by, and what they name."""
    known = {form for form, _ in name_forms()}
    added: dict[str, str] = {}
    for table, letter in (("places", "L"), ("organisations", "A")):
        for key, forms in load_rules("entity_lists")[table].items():
            added |= {form: f"{letter} {key}" for form in forms if form not in known}
    ambiguous = {*known, *added, *load_rules("entity_words")["listed"]["no_city"]}
    for english, japanese in _cities():
        if english not in ambiguous and japanese not in ambiguous:
            added |= dict.fromkeys((japanese, english), f"L {english.lower().replace(' ', '')}")
    places = [(form, thing) for form, thing in added.items() if thing.startswith("L ")]
    return added | {form.upper(): thing for form, thing in places if form.isascii() and len(form) >= _UPPER}


def _cities() -> Iterator[tuple[str, str]]:
    """Give the English and the Japanese name of the city of each time zone."""
    english, japanese = Locale("en").time_zones, Locale("ja").time_zones
    for zone, names in japanese.items():
        area, _, last = zone.rpartition("/")
        if "city" in names and area and area.split("/")[0] not in _NO_CITIES:
            own = english.get(zone, {})
            yield str(own.get("city", last.replace("_", " "))), str(names["city"])


@rule_cache()
def given_names() -> frozenset[str]:
    """Return given names in Latin letters, in small ones."""
    return load_words("given_names") | frozenset(load_rules("entity_lists")["names"]["given"])
