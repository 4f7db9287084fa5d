"""Articles, copies and revisions: gather what stands, decide, apply."""

import dataclasses
from datetime import datetime

from sqlalchemy.orm import Session

from storage.articles.amp import file_under, note_amp_forms
from storage.articles.copies import compare_copies
from storage.articles.decide import (
    CanonicalMet,
    CopyOf,
    Decision,
    FormMet,
    Known,
    KnownCopy,
    New,
    Split,
    Standing,
    decide,
    without_revision,
)
from storage.articles.fields import take_words, words_of
from storage.articles.lookup import gather, hash_of, signature_of, with_neighbours
from storage.articles.minhash_index import index, index_anew
from storage.articles.multipage import (
    follow_parts,
    forget_parts,
    joined_text,
    keep_part,
    lose_part,
    take_joined_text,
    with_parts,
)
from storage.articles.near_duplicates import record_alike
from storage.articles.revisions import supersede
from storage.articles.site_boilerplate import apply_site
from storage.frontier.blocklist import forgotten_among
from storage.reading import Reading
from storage.search.index import expect_words
from storage.tables.core import Address, Article, Copy
from storage.text_rules import rules_of
from storage.visit import Outcome


@dataclasses.dataclass(frozen=True, slots=True)
class Stored:
    """What became of an article page: its outcome, and the page under which its edges stand."""

    outcome: Outcome
    article: Article
    edges_at: int
    reason: str = ""


def store_article(
    session: Session,
    reading: Reading,
    page: Address,
    source_id: int,
    seen_at: datetime,
    *,
    same_bytes: bool = False,
) -> Stored:
    """File an article page; ``page`` is the address that answered in the end.

    Its row takes the spelling by which the page calls itself: links may spell it otherwise. ``same_bytes`` says that
    what stands was read from these very bytes: then other words are no revision.
    """
    canonical = rules_of(session).place(reading.canonical_url)
    if canonical.key == page.key:
        page.url = canonical.url
    read_hash = hash_of(session, reading)
    reading = apply_site(session, reading, page, seen_at)
    own_text = reading.text
    took_back = follow_parts(session, reading, page, seen_at)
    reading = with_parts(session, reading, page)
    standing, decision = _decide(session, reading, page, read_hash, took_back=took_back)
    if reading.precomputed:
        terms = reading.precomputed.title_terms, reading.precomputed.terms
        expect_words(session, reading.title, reading.summary, reading.text, terms)
    if same_bytes:
        decision = without_revision(decision)
    version = standing.copy.extractor_version if standing.copy is not None else reading.extractor_version
    is_rewritten = not same_bytes and version == reading.extractor_version
    met = _Page(reading, page, standing, source_id, seen_at, is_rewritten)
    stored = _apply(session, decision, met)
    if stored.article.address_id == page.id:
        page.page_id = None  # it stands for itself, wherever it led before
    _note_refusal(session, decision, reading, standing, page)
    if reading.alternates and stored.outcome != "unchanged":
        note_amp_forms(session, reading, page)
    return _joined(session, stored, met, own_text)


def _decide(
    session: Session, reading: Reading, page: Address, read_hash: str, *, took_back: bool
) -> tuple[Standing, Decision]:
    """Look up what the page may be, no further than it takes to decide, and decide."""
    standing = dataclasses.replace(gather(session, reading, page, read_hash), took_back=took_back)
    decision = decide(reading, standing)
    if isinstance(decision, Split):
        # The other page keeps its article; this one has its own.
        _give_back(session, decision.article)
        standing = dataclasses.replace(gather(session, reading, page, read_hash), took_back=took_back)
        decision = decide(reading, standing)
    if isinstance(decision, New):
        standing = with_neighbours(session, reading, standing)
        decision = decide(reading, standing)
    return standing, decision


def _note_refusal(
    session: Session,
    decision: Decision,
    reading: Reading,
    standing: Standing,
    page: Address,
) -> None:
    """Keep which canonical address was not believed, and why; the page's latest word counts."""
    by_words = decision.canonical_refused if isinstance(decision, New | CopyOf | FormMet) else ""
    reason = by_words or reading.canonical_refused
    if reason:
        named = reading.declared_canonical or reading.canonical_url
        is_forgotten = forgotten_among(session, [rules_of(session).place(named).key])
        page.canonical_refused, page.refused_canonical = reason, None if is_forgotten else named
    elif isinstance(decision, New | CopyOf | FormMet) or standing.declared is None:
        page.canonical_refused, page.refused_canonical = "", None


def _joined(session: Session, stored: Stored, page: "_Page", own_text: str) -> Stored:
    """Join the pages of an article that stands on several; one of them with other words than before is a revision."""
    reading, article = page.reading, stored.article
    is_first = reading.page_number == 1 and article.read_from_id == page.address.id
    if is_first and not reading.following:
        if stored.outcome in ("updated", "copy"):
            forget_parts(session, article)
        return stored
    first = page.standing.declared
    is_later = reading.page_number > 1 and first is not None and article.address_id == first.id
    if not is_first and not is_later:
        return stored
    changed = keep_part(session, reading, own_text, page.address, article) or page.standing.took_back
    is_told = is_first or stored.outcome == "updated"
    if changed and page.is_rewritten and not is_told and joined_text(session, article) != article.text:
        supersede(session, article, page.seen_at)
        stored = dataclasses.replace(stored, outcome="updated")
    take_joined_text(session, article)
    # Whichever page came first, each declares its own cards.
    return dataclasses.replace(stored, edges_at=page.address.id) if is_later else stored


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    """The page that came, with what it is filed by; ``is_rewritten`` where other words are its publisher's doing."""

    reading: Reading
    address: Address
    standing: Standing
    source_id: int
    seen_at: datetime
    is_rewritten: bool


def _give_back(session: Session, article: Article) -> None:
    """File an article under the page that it was read from: its canonical address turned out to be another's."""
    canonical, own = session.get_one(Address, article.address_id), session.get_one(Address, article.read_from_id)
    canonical.article_id = None
    own.page_id = None
    own.canonical_refused, own.refused_canonical = "the words at the canonical address are others", canonical.url
    article.address_id = own.id
    session.flush()


def _apply(session: Session, decision: Decision, page: _Page) -> Stored:
    match decision:
        case New():
            return _store_new(session, decision, page)
        case Known():
            return _store_known(session, decision, page)
        case CanonicalMet():
            return _store_canonical(session, decision.article, page)
        case FormMet():
            file_under(session, decision.article, page.address)
            return _store_canonical(session, decision.article, page)
        case CopyOf():
            return _store_copy(session, decision, page)
        case KnownCopy():
            return _store_known_copy(session, decision, page)
        case Split():  # pragma: no cover - store_article decides again before it applies
            msg = "a split article must be given back first"
            raise AssertionError(msg)


def _store_new(session: Session, decision: New, page: _Page) -> Stored:
    declared = page.standing.declared if decision.at_declared else None
    if page.standing.copy is not None:  # the page was a copy, and has words of its own now
        session.delete(page.standing.copy)
        lose_part(session, page.address, page.seen_at)
    article = Article(
        address_id=declared.id if declared else page.address.id,
        source_id=page.source_id,
        first_seen_at=page.seen_at,
        revised_at=page.seen_at,
        revision=1,
    )
    _take_words(article, page)
    session.add(article)
    session.flush()
    _index_new(session, article, page)
    page.address.article_id = article.id
    if declared:
        declared.article_id = article.id
        page.address.page_id = declared.id
    return Stored("new", article, article.address_id)


def _index_new(session: Session, article: Article, page: _Page) -> None:
    found = page.standing.neighbours
    if found is None:  # pragma: no cover - looked for before every New
        msg = "a new article's neighbours must be known"
        raise AssertionError(msg)
    index(session, article.id, found.signature, found.postings.full, findable=not found.is_template)
    record_alike(session, article, found.alike, page.seen_at)


def _store_known(session: Session, decision: Known, page: _Page) -> Stored:
    article = decision.article
    if decision.change == "revision":
        supersede(session, article, page.seen_at)
    _change_words(session, article, page)
    page.address.article_id = article.id
    return Stored("updated" if decision.change == "revision" else "unchanged", article, article.address_id)


def _store_canonical(session: Session, article: Article, page: _Page) -> Stored:
    """Let the canonical page's words take over; the page that was met first becomes the copy."""
    first_met = session.get_one(Address, article.read_from_id)
    _add_copy(session, article, first_met, "url", 1.0, words_of(article))
    _change_words(session, article, page)
    return Stored("copy", article, page.address.id, f"the canonical page of what was first met at {first_met.url}")


def _store_copy(session: Session, decision: CopyOf, page: _Page) -> Stored:
    article = decision.article
    if page.standing.copy is not None:
        session.delete(page.standing.copy)
        session.flush()
    reading = page.reading
    words = {
        "source_id": page.source_id,
        "title": reading.title,
        "text": reading.text,
        "text_hash": page.standing.text_hash,
        "published_at": reading.published_at,
        "extractor_version": reading.extractor_version,
        "seen_at": page.seen_at,
        "last_seen_at": page.seen_at,
    }
    _add_copy(session, article, page.address, decision.kind, decision.similarity, words)
    page.address.article_id = article.id
    article.last_seen_at = max(article.last_seen_at, page.seen_at)
    page.address.page_id = article.address_id if decision.joined else None
    return Stored("copy", article, article.address_id if decision.joined else page.address.id)


def _store_known_copy(session: Session, decision: KnownCopy, page: _Page) -> Stored:
    copy = decision.copy
    copy.title, copy.text, copy.text_hash = page.reading.title, page.reading.text, page.standing.text_hash
    copy.extractor_version = page.reading.extractor_version
    if page.reading.page_number == 1:  # the words of a later page are a part of the article's
        copy.similarity = decision.similarity
        if copy.kind != "url":
            copy.kind = "exact" if decision.kind == "exact" else "near"
    copy.last_seen_at = max(copy.last_seen_at, page.seen_at)
    article = session.get_one(Article, copy.article_id)
    article.last_seen_at = max(article.last_seen_at, page.seen_at)
    if copy.kind != "url" or page.address.page_id != article.address_id:
        page.address.page_id = None
    return Stored("unchanged", article, page.address.page_id or page.address.id)


def _add_copy(
    session: Session, article: Article, address: Address, kind: str, similarity: float, words: dict[str, object]
) -> None:
    session.add(Copy(address_id=address.id, article_id=article.id, kind=kind, similarity=similarity, **words))
    session.flush()


def _change_words(session: Session, article: Article, page: _Page) -> None:
    """Take over what the page says, and find the article by its present words from now on."""
    indexed = article.text_hash == page.standing.text_hash and article.language == page.reading.language
    _take_words(article, page)
    if not indexed:
        index_anew(session, article.id, signature_of(session, page.reading))
        compare_copies(session, article)


def _take_words(article: Article, page: _Page) -> None:
    hashes = {"text_hash": page.standing.text_hash, "read_hash": page.standing.read_hash}
    take_words(article, page.reading, page.address, page.seen_at, **hashes)
