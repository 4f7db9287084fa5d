"""Match pages with their AMP pages by ``rel=amphtml``.

An AMP page without a canonical address is found by what the main page declares.

A link alone proves nothing: the texts have to agree, and the two share a registered domain or name each other,
else any page could take another publisher's article for its own.
"""

import dataclasses
from collections.abc import Collection, Sequence

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from storage.articles.redirects import move_edges
from storage.chunks import chunks_of
from storage.database.upsert import insert_into
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import is_tombstone
from storage.reading import Reading
from storage.tables.amp import AmpForm
from storage.tables.core import Address, Article
from storage.text_rules import rules_of


@dataclasses.dataclass(frozen=True, slots=True)
class AlternateForm:
    """The article stored for a page's AMP page, or for the main page of an AMP page.

    ``is_amp`` says that the article was read from the AMP form alone: the page that names it is the better one.
    """

    article: Article
    is_amp: bool


_NAMED = select(AmpForm.page_id).where(AmpForm.form_id == bindparam("form")).limit(1)
_NAMED_ONES = select(AmpForm.form_id).where(AmpForm.form_id.in_(bindparam("forms", expanding=True))).distinct()
_BATCH = "amp_batch"
_NAMING = (
    select(Address.key, Address.domain, Address.article_id)
    .join(AmpForm, AmpForm.page_id == Address.id)
    .where(AmpForm.form_id == bindparam("form"), Address.article_id.is_not(None))
    .order_by(Address.id)
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Batch:
    """Which addresses were asked about at once, and which of all addresses are named as AMP forms, as far as known."""

    asked: frozenset[int]
    named: set[int]


def read_ahead(session: Session, page_ids: Collection[int]) -> None:
    """Read at once which of these pages are named as AMP forms; until :func:`forget_batch` this is kept up to date."""
    named: set[int] = set()
    for chunk in chunks_of(sorted(page_ids)):
        named.update(session.connection().scalars(_NAMED_ONES, {"forms": chunk}))
    session.info[_BATCH] = _Batch(frozenset(page_ids), named)


def forget_batch(session: Session) -> None:
    """Forget what :func:`read_ahead` has read."""
    session.info.pop(_BATCH, None)


def find_alternate_form(session: Session, reading: Reading, page: Address) -> AlternateForm | None:
    """Find the article of which this page is the AMP or the main page."""
    for named_by in _naming_pages(session, page):
        named = reading.declared_canonical and rules_of(session).place(reading.declared_canonical).key == named_by.key
        if named_by.domain == page.domain or named:
            return AlternateForm(session.get_one(Article, named_by.article_id), is_amp=False)
    keys = {rules_of(session).place(url).key for url in reading.alternates} - {page.key}
    if not keys:
        return None
    for form in session.scalars(select(Address).where(Address.key.in_(keys), Address.article_id.is_not(None))):
        named = form.refused_canonical and rules_of(session).place(form.refused_canonical).key == page.key
        if form.domain == page.domain or named:
            article = session.get_one(Article, form.article_id)
            return AlternateForm(article, is_amp=article.address_id == article.read_from_id == form.id)
    return None


def _naming_pages(session: Session, page: Address) -> "Sequence[Row[str, str, int | None]]":
    """Read the pages with an article that name this one as their AMP form."""
    batch: _Batch | None = session.info.get(_BATCH)
    if batch is not None and page.id in batch.asked:
        if page.id not in batch.named:
            return ()
    elif session.connection().scalar(_NAMED, {"form": page.id}) is None:
        return ()
    return session.execute(_NAMING, {"form": page.id}).all()  # flushes what addresses show by now


def record_amp_forms(session: Session, reading: Reading, page: Address) -> None:
    """Store which AMP pages a page names, for when these are read."""
    places = [rules_of(session).place(url) for url in reading.alternates]
    ids = set(file_addresses(session, places).values()) - {page.id} if places else set()
    rows = [
        {"form_id": form_id, "page_id": page.id}
        for form_id in sorted(ids)
        if not is_tombstone(session.get_one(Address, form_id))
    ]
    if rows:
        session.execute(insert_into(session, AmpForm).on_conflict_do_nothing(), rows)
        batch: _Batch | None = session.info.get(_BATCH)
        if batch is not None:
            batch.named.update(row["form_id"] for row in rows)


def file_article_under(session: Session, article: Article, page: Address) -> None:
    """Move an article read from its AMP page to the main page, with its edges."""
    form_id = article.address_id
    article.address_id = page.id
    page.article_id, page.page_id = article.id, None
    session.execute(update(Address).where(Address.page_id == form_id, Address.id != page.id).values(page_id=page.id))
    session.get_one(Address, form_id).page_id = page.id
    move_edges(session, form_id, page.id)
    session.flush()
