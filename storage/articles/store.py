"""Store an article page: look up, decide, write."""

import dataclasses
from datetime import datetime

from sqlalchemy.orm import Session

from storage.articles.amp import file_article_under, record_amp_forms
from storage.articles.canonical import OTHER_WORDS, forget_refusal, give_back, note_refusal
from storage.articles.copies import compare_copies
from storage.articles.decide import (
    CanonicalPage,
    Decision,
    Known,
    KnownCopy,
    MainPage,
    NewArticle,
    NewCopy,
    OwnArticle,
    SplitPage,
    as_correction,
    decide,
)
from storage.articles.fields import copy_fields, set_fields
from storage.articles.lookup import look_up, look_up_near_duplicates, signature_of, text_hash_of
from storage.articles.minhash_index import add_article, reindex_article
from storage.articles.multipage import (
    clear_pages,
    joined_text,
    remove_page,
    store_page_text,
    update_joined_text,
    update_pages,
    with_later_pages,
)
from storage.articles.near_duplicates import record_similar
from storage.articles.revisions import supersede
from storage.articles.site_boilerplate import apply_boilerplate
from storage.reading import Reading
from storage.search.index import cache_terms
from storage.search.terms import IndexedTerms
from storage.tables.core import Address, Article, Copy
from storage.text_rules import rules_of
from storage.visit import Outcome


@dataclasses.dataclass(frozen=True, slots=True)
class StoredPage:
    """The outcome of an article page, and the page that its edges belong to."""

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
) -> StoredPage:
    """Store an article page; ``page`` is the address that answered.

    Its row takes the spelling by which the page calls itself: links may spell it otherwise. ``same_bytes`` says that
    the stored text was read from these very bytes: another text is no revision then.
    """
    canonical = rules_of(session).place(reading.canonical_url)
    if canonical.key == page.key and page.url != canonical.url:
        page.url = canonical.url
    read_hash = text_hash_of(session, reading)
    reading = apply_boilerplate(session, reading, page, seen_at)
    own = reading
    lost_pages = update_pages(session, reading, page, seen_at)
    reading = with_later_pages(session, reading, page)
    known, decision = _decide(session, reading, page, read_hash, lost_pages=lost_pages)
    if reading.precomputed:
        terms = IndexedTerms(*reading.precomputed.title_terms), IndexedTerms(*reading.precomputed.terms)
        cache_terms(session, reading.title, reading.summary, reading.text, terms)
    if same_bytes:
        decision = as_correction(decision)
    version = known.copy.extractor_version if known.copy is not None else reading.extractor_version
    is_rewritten = not same_bytes and version == reading.extractor_version
    page_to_store = _Page(reading, page, known, source_id, seen_at, is_rewritten)
    stored = _apply(session, decision, page_to_store)
    if stored.article.address_id == page.id:
        page.page_id = None  # it answers for itself, wherever it redirected before
    by_words = decision.canonical_refused if isinstance(decision, NewArticle | NewCopy | MainPage) else ""
    is_answered = isinstance(decision, NewArticle | NewCopy | MainPage) or known.declared is None
    note_refusal(session, page, reading, by_words, is_answered=is_answered)
    if isinstance(decision, OwnArticle) and decision.change == "teaser":
        return stored
    if reading.alternates and stored.outcome != "unchanged":
        record_amp_forms(session, reading, page)
    return _joined(session, stored, page_to_store, own)


def _decide(
    session: Session, reading: Reading, page: Address, read_hash: str, *, lost_pages: bool
) -> tuple[Known, Decision]:
    """Look up what is needed, and decide what the page is."""
    known = dataclasses.replace(look_up(session, reading, page, read_hash), lost_pages=lost_pages)
    decision = decide(reading, known)
    if isinstance(decision, SplitPage):
        # The other page keeps its article; this one has its own.
        give_back(session, decision.article, OTHER_WORDS)
        known = dataclasses.replace(look_up(session, reading, page, read_hash), lost_pages=lost_pages)
        decision = decide(reading, known)
    if isinstance(decision, NewArticle):
        known = look_up_near_duplicates(session, reading, known)
        decision = decide(reading, known)
    return known, decision


def _joined(session: Session, stored: StoredPage, page: "_Page", own: Reading) -> StoredPage:
    """Join the pages of an article on several; a changed page is a revision."""
    reading, article = page.reading, stored.article
    is_first = reading.page_number == 1 and article.read_from_id == page.address.id
    if is_first and not reading.following:
        if stored.outcome in ("updated", "copy"):
            clear_pages(session, article)
        return stored
    first = page.known.declared
    is_later = reading.page_number > 1 and first is not None and article.address_id == first.id
    if not is_first and not is_later:
        return stored
    changed = store_page_text(session, reading, own, page.address, article) or page.known.lost_pages
    is_told = is_first or stored.outcome == "updated"
    if changed and page.is_rewritten and not is_told and joined_text(session, article) != article.text:
        supersede(session, article, page.seen_at)
        stored = dataclasses.replace(stored, outcome="updated")
    update_joined_text(session, article)
    # Whichever page came first, each declares its own cards.
    return dataclasses.replace(stored, edges_at=page.address.id) if is_later else stored


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    """The page to store. ``is_rewritten``: other words are the publisher's change."""

    reading: Reading
    address: Address
    known: Known
    source_id: int
    seen_at: datetime
    is_rewritten: bool


def _apply(session: Session, decision: Decision, page: _Page) -> StoredPage:
    match decision:
        case NewArticle():
            return _store_new(session, decision, page)
        case OwnArticle():
            return _store_known(session, decision, page)
        case CanonicalPage():
            return _store_canonical(session, decision.article, page)
        case MainPage():
            file_article_under(session, decision.article, page.address)
            return _store_canonical(session, decision.article, page)
        case NewCopy():
            return _store_copy(session, decision, page)
        case KnownCopy():
            return _store_known_copy(session, decision, page)
        case SplitPage():  # pragma: no cover - store_article decides again before it applies
            msg = "a split article must be given back first"
            raise AssertionError(msg)


def _store_new(session: Session, decision: NewArticle, page: _Page) -> StoredPage:
    declared = page.known.declared if decision.at_declared else None
    if page.known.copy is not None:  # the page was a copy, and has words of its own now
        session.delete(page.known.copy)
        remove_page(session, page.address, page.seen_at)
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
    return StoredPage("new", article, article.address_id)


def _index_new(session: Session, article: Article, page: _Page) -> None:
    near_duplicates = page.known.near_duplicates
    if near_duplicates is None:  # pragma: no cover - looked for before every New
        msg = "a new article's neighbours must be known"
        raise AssertionError(msg)
    add_article(
        session,
        article.id,
        near_duplicates.signature,
        near_duplicates.postings.full,
        findable=not near_duplicates.is_template,
    )
    record_similar(session, article, near_duplicates.alike, page.seen_at)


def _store_known(session: Session, decision: OwnArticle, page: _Page) -> StoredPage:
    article = decision.article
    if decision.change == "teaser":  # the fuller words stay
        article.access = page.reading.access
        article.last_seen_at = max(article.last_seen_at, page.seen_at)
        return StoredPage("unchanged", article, article.address_id, "behind a paywall now: the full wording stays")
    if decision.change == "revision":
        supersede(session, article, page.seen_at)
    _change_words(session, article, page)
    page.address.article_id = article.id
    return StoredPage("updated" if decision.change == "revision" else "unchanged", article, article.address_id)


def _store_canonical(session: Session, article: Article, page: _Page) -> StoredPage:
    """Take the text of the canonical page; the page read before becomes a copy."""
    first_met = session.get_one(Address, article.read_from_id)
    _add_copy(session, article, first_met, "url", 1.0, copy_fields(article))
    forget_refusal(session, first_met, page.address)
    _change_words(session, article, page)
    return StoredPage("copy", article, page.address.id, f"the canonical page of what was first met at {first_met.url}")


def _store_copy(session: Session, decision: NewCopy, page: _Page) -> StoredPage:
    article = decision.article
    if page.known.copy is not None:
        session.delete(page.known.copy)
        session.flush()
    reading = page.reading
    words = {
        "source_id": page.source_id,
        "title": reading.title,
        "text": reading.text,
        "text_hash": page.known.text_hash,
        "published_at": reading.published_at,
        "extractor_version": reading.extractor_version,
        "seen_at": page.seen_at,
        "last_seen_at": page.seen_at,
    }
    _add_copy(session, article, page.address, decision.kind, decision.similarity, words)
    page.address.article_id = article.id
    article.last_seen_at = max(article.last_seen_at, page.seen_at)
    page.address.page_id = article.address_id if decision.joined else None
    return StoredPage("copy", article, article.address_id if decision.joined else page.address.id)


def _store_known_copy(session: Session, decision: KnownCopy, page: _Page) -> StoredPage:
    copy = decision.copy
    if not decision.is_teaser:
        copy.title, copy.text, copy.text_hash = page.reading.title, page.reading.text, page.known.text_hash
        copy.extractor_version = page.reading.extractor_version
    if (
        page.reading.page_number == 1 and not decision.is_teaser
    ):  # the words of a later page are a part of the article's
        copy.similarity = decision.similarity
        if copy.kind != "url":
            copy.kind = "exact" if decision.kind == "exact" else "near"
    copy.last_seen_at = max(copy.last_seen_at, page.seen_at)
    article = session.get_one(Article, copy.article_id)
    article.last_seen_at = max(article.last_seen_at, page.seen_at)
    if copy.kind != "url" or page.address.page_id != article.address_id:
        page.address.page_id = None
    return StoredPage("unchanged", article, page.address.page_id or page.address.id)


def _add_copy(
    session: Session, article: Article, address: Address, kind: str, similarity: float, words: dict[str, object]
) -> None:
    session.add(Copy(address_id=address.id, article_id=article.id, kind=kind, similarity=similarity, **words))
    session.flush()


def _change_words(session: Session, article: Article, page: _Page) -> None:
    """Set an article's fields, and index its new text."""
    indexed = article.text_hash == page.known.text_hash and article.language == page.reading.language
    _take_words(article, page)
    if not indexed:
        reindex_article(session, article.id, signature_of(session, page.reading))
        compare_copies(session, article)


def _take_words(article: Article, page: _Page) -> None:
    hashes = {"text_hash": page.known.text_hash, "read_hash": page.known.read_hash}
    set_fields(article, page.reading, page.address, page.seen_at, **hashes)
