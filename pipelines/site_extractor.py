"""Run the extractor of a page's site over its general reading."""

import dataclasses
import hashlib

from pipelines.additions import extractor_at, load_extractor, site_rules_of
from pipelines.duplicates.minhash import sign
from pipelines.extractor_version import VERSION_LENGTH, extractor_version
from pipelines.html.charset import decode
from pipelines.html.parse import parse_html
from pipelines.language.detect import detect_language
from pipelines.raw_page import RawPage
from storage.body.structure import fit
from storage.reading import Card, Reading

LANGUAGE_SAMPLE = 1_000  # characters of the text that its language is judged by


def read_with_extractor(raw: RawPage, reading: Reading) -> Reading:
    """Have the extractor of the page's site improve its general reading, where there is one.

    Listings and what is no HTML are left as they are. Never raises: where the extractor fails, the general reading
    stays, and says so in ``extractor_error``.
    """
    reading = _labelled(raw, reading)
    name = extractor_at(raw.final_url)
    if not name or not reading.encoding:
        return reading
    tree = parse_html(decode(raw.body, raw.content_type).text)
    if tree is None:
        return reading
    try:
        extractor, version = load_extractor(name)
        own = _consistent(_checked(extractor(raw, tree, reading)), reading)
    except Exception as error:  # noqa: BLE001 - a plugin's mistake costs its addition, never the page
        failure = f"{type(error).__name__}: {error}"[:300]
        return dataclasses.replace(reading, site_extractor=name, extractor_error=failure)
    own = dataclasses.replace(own, url=reading.url, site_extractor=f"{name} {version}")
    return dataclasses.replace(own, extractor_version=_label(name.partition(":")[2], f"{name} {version}", raw))


def _labelled(raw: RawPage, reading: Reading) -> Reading:
    """Give the reading of an HTML page the version of its source's rules."""
    rules = site_rules_of(raw)
    if rules is None or not reading.encoding:
        return reading
    return dataclasses.replace(reading, extractor_version=_label(rules.source, "", raw))


def _label(name: str, version: str, raw: RawPage) -> str:
    """Return the version of a reading that an extractor or the rules of a source took part in."""
    rules = site_rules_of(raw)
    own = f"{version}\n{rules.version}" if rules is not None else version
    digest = hashlib.sha256(own.encode()).hexdigest()[:8]
    return f"{extractor_version()}+{name[:16]}-{digest}"[:VERSION_LENGTH]


def _checked(own: object) -> Reading:
    """Give a reading that storage can take; raise TypeError or ValueError for any other."""
    if not isinstance(own, Reading):
        raise TypeError(f"it gave {type(own).__name__}, no Reading")
    texts = ("canonical_url", "title", "text", "summary", "reason", "language", "section", "body")
    wrong = [name for name in texts if not isinstance(getattr(own, name), str)]
    wrong += ["authors"] if not all(isinstance(author, str) for author in own.authors) else []
    wrong += ["related"] if not all(isinstance(card, Card) for card in own.related) else []
    if wrong:
        raise TypeError(f"no Reading takes such a value: {', '.join(wrong)}")
    if any(moment is not None and moment.tzinfo is None for moment in (own.published_at, own.modified_at)):
        raise ValueError("a time without a zone")
    return own


def _consistent(own: Reading, general: Reading) -> Reading:
    """Renew what depends on the words, where the extractor changed them and did not renew it itself."""
    kind = "article" if own.is_article else "other" if own.kind == "article" else own.kind
    if (own.title, own.text) != (general.title, general.text) and own.language == general.language:
        language = detect_language(f"{own.title}\n{own.text[:LANGUAGE_SAMPLE]}", own.declared_language)
        own = dataclasses.replace(own, language=language.code, language_confidence=language.confidence)
    if own.text != general.text and own.body == general.body:
        own = dataclasses.replace(own, body=fit(general.body, general.text, own.text))
    signature = sign(own.text, own.language) if own.is_article else None
    precision = (own.published_precision or "instant") if own.published_at else None
    return dataclasses.replace(own, kind=kind, signature=signature, published_precision=precision)
