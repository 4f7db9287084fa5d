"""Remove links to an erased address from the bodies of other articles."""

import dataclasses
import re
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.body.structure import pack, unpack
from storage.tables.core import Article
from storage.tables.multipage import ArticlePart

_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def count_links_to(session: Session, keys: Sequence[str]) -> int:
    """Count the links in all bodies to addresses with these keys. Reads through all bodies."""
    return sum(len(links) for _, links in _holders(session, frozenset(keys)))


def remove_links_to(session: Session, keys: Sequence[str]) -> None:
    """Remove these links from all bodies; their words stay."""
    for row, links in _holders(session, frozenset(keys)):
        body = unpack(row.body, row.text)
        row.body = pack(dataclasses.replace(body, links=tuple(link for link in body.links if link.url not in links)))
    session.flush()


def _holders(session: Session, keys: frozenset[str]) -> Iterator[tuple[Article | ArticlePart, list[str]]]:
    """Give the rows whose bodies have such links, with the links' addresses."""
    parts = sorted({max(key.partition("?")[0].split("/"), key=len) for key in keys})
    bare = {_bare(key) for key in keys}
    rows: list[Article | ArticlePart] = []
    rows += session.scalars(select(Article).where(_holds_any(Article.body, parts)))
    rows += session.scalars(select(ArticlePart).where(_holds_any(ArticlePart.body, parts)))
    for row in rows:
        links = [link.url for link in unpack(row.body, row.text).links if _bare(link.url) in bare]
        if links:
            yield row, links


def _bare(url: str) -> str:
    """An address as keys have it; that of a link in a body has neither fragment nor trackers."""
    return _SCHEME.sub("", url).rstrip("/").lower()


def _holds_any(body: InstrumentedAttribute[str], parts: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(body.contains(part, autoescape=True) for part in parts))
