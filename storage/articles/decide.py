"""What an article page is to what is stored already. Pure: gathered rows in, one decision out."""

import dataclasses
from typing import Literal

from storage.articles.amp import OtherForm
from storage.articles.near_duplicates import Neighbours
from storage.reading import Reading
from storage.tables.core import Address, Article, Copy
from storage.text_rules import Place, TextRules

CopyKind = Literal["url", "exact", "near"]


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """What is stored about an article page when it comes.

    ``own`` is the article filed under the page's own address, or read from this page and filed under another,
    ``copy`` the copy that this page is known to be, with its ``original``. ``text_hash`` is of the page's words without
    what is its site's, ``read_hash`` of the words as they were read from the page alone, ``own_now`` of ``own``'s words
    as they would be stored by what is known of the site today. ``declared`` is the address that the page names as
    canonical (None where that is the page's own), ``at_declared`` the article that stands there. ``form`` is the
    article of which this is an AMP form, or the form's page, by the word of one of them. ``twin`` is the article with
    the same words. ``took_back`` says that the page leads no more to one that was a part of its article.
    ``neighbours`` are looked for only where nothing else says what the page is. ``rules`` compare texts.
    """

    page: Place
    page_id: int
    rules: TextRules
    text_hash: str
    read_hash: str = ""
    own: Article | None = None
    own_now: str = ""
    copy: Copy | None = None
    original: Article | None = None
    declared: Address | None = None
    at_declared: Article | None = None
    form: OtherForm | None = None
    twin: Article | None = None
    twin_domain: str = ""
    took_back: bool = False
    neighbours: Neighbours | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class New:
    """A new article, filed under its believed canonical address where ``at_declared`` says so."""

    at_declared: bool = False
    canonical_refused: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """The page's own article again.

    ``change`` says whether its words are the ``same``, a publisher's ``revision``, or a better reading of the same
    words that is to be ``corrected`` in place.
    """

    article: Article
    change: Literal["same", "revision", "corrected"]


@dataclasses.dataclass(frozen=True, slots=True)
class CanonicalMet:
    """The canonical page of an article that was read from another page before: it takes over, that page is a copy."""

    article: Article


@dataclasses.dataclass(frozen=True, slots=True)
class FormMet:
    """The page of an article that was read from its AMP form before: it takes over, that form is a copy."""

    article: Article
    canonical_refused: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Split:
    """The page of an address under which another page's article was filed, but with other words: two articles."""

    article: Article


@dataclasses.dataclass(frozen=True, slots=True)
class CopyOf:
    """Another page for a stored article; ``joined`` where the page itself names the article's as canonical."""

    article: Article
    kind: CopyKind
    similarity: float
    joined: bool = False
    canonical_refused: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class KnownCopy:
    """The same copy again, perhaps with a few other words; its article has not changed by it.

    ``similarity`` is of its words to the article's present ones, which may be ``different`` where they are those of an
    earlier wording.
    """

    copy: Copy
    kind: str
    similarity: float


Decision = New | Known | CanonicalMet | FormMet | Split | CopyOf | KnownCopy


def decide(reading: Reading, standing: Standing) -> Decision:
    """Decide what the page is; the order of the questions is the order of certainty."""
    if standing.own is not None:
        return _own_article(reading, standing, standing.own)
    if standing.copy is not None and standing.original is not None:
        kind, similarity = _meet(standing.original, reading, standing)
        if kind != "different" or standing.copy.text_hash == standing.text_hash:
            return KnownCopy(standing.copy, kind, similarity)
    refused = ""
    if standing.declared is not None:
        if standing.at_declared is not None:
            if standing.at_declared.read_from_id == standing.page_id:
                return _own_article(reading, standing, standing.at_declared)
            if reading.page_number > 1:
                return CopyOf(standing.at_declared, "url", 1.0)
            kind, similarity = _agree(standing.at_declared.text, reading, standing.rules)
            if kind != "different":
                joined = standing.at_declared.address_id == standing.declared.id
                return CopyOf(standing.at_declared, "url", similarity, joined=joined)
            refused = "the words at the canonical address are others"
        elif standing.declared.state == "done" and standing.declared.article_id is None:
            refused = f"the canonical address gave no article: {standing.declared.outcome}"
    if standing.form is not None and (met := _other_form(reading, standing, standing.form, refused)):
        return met
    if (copy := _by_words(reading, standing, refused)) is not None:
        return copy
    return New(at_declared=standing.declared is not None and not refused, canonical_refused=refused)


def _by_words(reading: Reading, standing: Standing, refused: str) -> CopyOf | None:
    if standing.twin is not None:
        kind, similarity = _meet(standing.twin, reading, standing)
        elsewhere: CopyKind = "exact" if kind == "exact" else "near"  # the words of an earlier wording, or of a copy
        same_site = standing.twin_domain == standing.page.domain
        return CopyOf(standing.twin, "url" if same_site else elsewhere, similarity, canonical_refused=refused)
    if standing.neighbours is not None and (original := standing.neighbours.original) is not None:
        same_site = original.domain == standing.page.domain
        similarity = original.comparison.similarity
        return CopyOf(original.article, "url" if same_site else "near", similarity, canonical_refused=refused)
    return None


def _other_form(reading: Reading, standing: Standing, form: OtherForm, refused: str) -> Decision | None:
    kind, similarity = _agree(form.article.text, reading, standing.rules)
    if kind == "different":
        return None
    if form.is_amp and (standing.declared is None or refused):
        return FormMet(form.article, refused)
    return CopyOf(form.article, "url", similarity, canonical_refused=refused)


def without_revision(decision: Decision) -> Decision:
    """The decision where the bytes are those that stand already: words that differ were read otherwise, not written."""
    if isinstance(decision, Known) and decision.change == "revision":
        return Known(decision.article, "corrected")
    return decision


def _own_article(reading: Reading, standing: Standing, own: Article) -> Decision:
    if own.read_from_id != standing.page_id:
        kind, _ = _agree(own.text, reading, standing.rules)
        return Split(own) if kind == "different" else CanonicalMet(own)
    same_title = standing.rules.text_hash(own.title) == standing.rules.text_hash(reading.title)
    if own.text_hash == standing.text_hash and same_title:
        return Known(own, "same")
    # What is known of the site may have grown since: what it takes out is no change by the publisher.
    same_words = standing.text_hash in (own.text_hash, standing.own_now) or own.read_hash == standing.read_hash
    same_words = same_words and not standing.took_back
    if own.extractor_version != reading.extractor_version or (same_title and same_words):
        return Known(own, "corrected")
    return Known(own, "revision")


def _agree(text: str, reading: Reading, rules: TextRules) -> tuple[str, float]:
    comparison = rules.compare(text, reading.text, reading.language)
    return comparison.kind, comparison.similarity


def _meet(article: Article, reading: Reading, standing: Standing) -> tuple[str, float]:
    """As ``_agree``, and at once where the words are the same."""
    return ("exact", 1.0) if article.text_hash == standing.text_hash else _agree(article.text, reading, standing.rules)
