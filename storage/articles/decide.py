"""Decide what an article page is: new, known, revised or a copy.

Pure: the rows that were looked up go in, one decision comes out.
"""

import dataclasses
from typing import Literal

from storage.articles.amp import AlternateForm
from storage.articles.canonical import OTHER_WORDS, no_article
from storage.articles.near_duplicates import NearDuplicates
from storage.articles.teasers import is_teaser
from storage.reading import Reading
from storage.tables.core import Address, Article, Copy
from storage.text_rules import Place, TextRules

CopyKind = Literal["url", "exact", "near"]


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What is stored about an article page and what it names.

    ``own`` is the article filed under the page's own address, or read from this page and filed under another,
    ``copy`` the copy that this page is known to be, with its ``original``. ``text_hash`` is of the page's words without
    what is its site's, ``read_hash`` of the words as they were read from the page alone, ``own_now`` of ``own``'s words
    as they would be stored by what is known of the site today. ``declared`` is the address that the page names as
    canonical (None where that is the page's own), ``at_declared`` the article stored there. ``form`` is the
    article of which this is an AMP form, or the form's page, by the word of one of them. ``duplicate`` is the article
    with the same words. ``lost_pages`` says that the page leads no more to one that was a part of its article.
    ``near_duplicates`` are looked for only where nothing else says what the page is. ``given_back`` is the one of these
    two whose page names this one as canonical, which had no article when it was asked. ``rules`` compare texts.
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
    form: AlternateForm | None = None
    duplicate: Article | None = None
    duplicate_domain: str = ""
    lost_pages: bool = False
    near_duplicates: NearDuplicates | None = None
    given_back: Article | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class NewArticle:
    """A new article; ``at_declared`` files it under its canonical address."""

    at_declared: bool = False
    canonical_refused: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class OwnArticle:
    """The article that is stored for this page already.

    ``change`` says whether its words are the ``same``, a publisher's ``revision``, a better reading of the same
    words that is to be ``corrected`` in place, or only the ``teaser`` of them that a paywall leaves.
    """

    article: Article
    change: Literal["same", "revision", "corrected", "teaser"]


@dataclasses.dataclass(frozen=True, slots=True)
class CanonicalPage:
    """The canonical page of an article that was read from another page before.

    It takes over, and that page becomes a copy.
    """

    article: Article


@dataclasses.dataclass(frozen=True, slots=True)
class MainPage:
    """The main page of an article that was read from its AMP page before, or the canonical page that failed then.

    It takes over, and the page read before becomes a copy.
    """

    article: Article
    canonical_refused: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class SplitPage:
    """A page with another text than the article filed under its address."""

    article: Article


@dataclasses.dataclass(frozen=True, slots=True)
class NewCopy:
    """Another page of a stored article.

    ``joined`` says that the page itself names the article's address as canonical.
    """

    article: Article
    kind: CopyKind
    similarity: float
    joined: bool = False
    canonical_refused: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class KnownCopy:
    """The page of a known copy, perhaps with a changed text.

    ``similarity`` is of its words to the article's present ones, which may be ``different`` where they are those of an
    earlier revision. ``is_teaser`` says that a paywall leaves only the beginning of the copy's words: these stay.
    """

    copy: Copy
    kind: str
    similarity: float
    is_teaser: bool = False


Decision = NewArticle | OwnArticle | CanonicalPage | MainPage | SplitPage | NewCopy | KnownCopy


def decide(reading: Reading, known: Known) -> Decision:
    """Decide what the page is; the most certain evidence is looked at first."""
    if known.own is not None:
        return _own_article(reading, known, known.own)
    if (known_copy := _known_copy(reading, known)) is not None:
        return known_copy
    refused = ""
    if known.declared is not None:
        if known.at_declared is not None:
            if known.at_declared.read_from_id == known.page_id:
                return _own_article(reading, known, known.at_declared)
            if reading.page_number > 1:
                return NewCopy(known.at_declared, "url", 1.0)
            kind, similarity = _agree(known.at_declared.text, reading, known.rules)
            if kind != "different":
                joined = known.at_declared.address_id == known.declared.id
                return NewCopy(known.at_declared, "url", similarity, joined=joined)
            refused = OTHER_WORDS
        elif known.declared.state == "done" and known.declared.article_id is None:
            refused = no_article(known.declared.outcome, known.declared.reason)
    if known.form is not None and (met := _other_form(reading, known, known.form, refused)):
        return met
    if (copy := _by_words(reading, known, refused)) is not None:
        return copy
    return NewArticle(at_declared=known.declared is not None and not refused, canonical_refused=refused)


def _known_copy(reading: Reading, known: Known) -> KnownCopy | None:
    if known.copy is None or known.original is None:
        return None
    if known.copy.text_hash != known.text_hash and _is_teaser_of(known.copy, reading):
        return KnownCopy(known.copy, known.copy.kind, known.copy.similarity, is_teaser=True)
    kind, similarity = _meet(known.original, reading, known)
    if kind != "different" or known.copy.text_hash == known.text_hash:
        return KnownCopy(known.copy, kind, similarity)
    return None


def _by_words(reading: Reading, known: Known, refused: str) -> MainPage | NewCopy | None:
    if known.given_back is not None:
        return MainPage(known.given_back)
    if known.duplicate is not None:
        kind, similarity = _meet(known.duplicate, reading, known)
        elsewhere: CopyKind = "exact" if kind == "exact" else "near"  # the text of an earlier revision, or of a copy
        same_site = known.duplicate_domain == known.page.domain
        return NewCopy(known.duplicate, "url" if same_site else elsewhere, similarity, canonical_refused=refused)
    if known.near_duplicates is not None and (original := known.near_duplicates.original) is not None:
        same_site = original.domain == known.page.domain
        similarity = original.comparison.similarity
        return NewCopy(original.article, "url" if same_site else "near", similarity, canonical_refused=refused)
    return None


def _other_form(reading: Reading, known: Known, form: AlternateForm, refused: str) -> Decision | None:
    kind, similarity = _agree(form.article.text, reading, known.rules)
    if kind == "different":
        return None
    if form.is_amp and (known.declared is None or refused):
        return MainPage(form.article, refused)
    return NewCopy(form.article, "url", similarity, canonical_refused=refused)


def as_correction(decision: Decision) -> Decision:
    """Turn a revision into a correction, where the bytes are the same as before."""
    if isinstance(decision, OwnArticle) and decision.change == "revision":
        return OwnArticle(decision.article, "corrected")
    return decision


def _own_article(reading: Reading, known: Known, own: Article) -> Decision:
    if own.read_from_id != known.page_id:
        kind, _ = _agree(own.text, reading, known.rules)
        return SplitPage(own) if kind == "different" else CanonicalPage(own)
    same_title = known.rules.text_hash(own.title) == known.rules.text_hash(reading.title)
    if own.text_hash == known.text_hash and same_title:
        return OwnArticle(own, "same")
    if _is_teaser_of(own, reading):
        return OwnArticle(own, "teaser")
    # What is known of the site may have grown since: what it takes out is no change by the publisher.
    same_words = known.text_hash in (own.text_hash, known.own_now) or own.read_hash == known.read_hash
    same_words = same_words and not known.lost_pages
    if own.extractor_version != reading.extractor_version or (same_title and same_words):
        return OwnArticle(own, "corrected")
    return OwnArticle(own, "revision")


def _is_teaser_of(stored: Article | Copy, reading: Reading) -> bool:
    is_same_version = stored.extractor_version == reading.extractor_version
    return reading.access == "paywalled" and is_teaser(stored.text, reading.text, is_same_version=is_same_version)


def _agree(text: str, reading: Reading, rules: TextRules) -> tuple[str, float]:
    comparison = rules.compare(text, reading.text, reading.language)
    return comparison.kind, comparison.similarity


def _meet(article: Article, reading: Reading, known: Known) -> tuple[str, float]:
    """Compare texts, unless their hashes are equal."""
    return ("exact", 1.0) if article.text_hash == known.text_hash else _agree(article.text, reading, known.rules)
