"""Read at once what the visits of a batch will ask for one by one, and write at its end what they add.

A statement costs SQLAlchemy some 0.15 ms of CPU, and an article took 14 of them.
"""

import contextlib
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from storage.articles import amp, exact_duplicates, minhash_index, near_duplicates, site_boilerplate
from storage.frontier import addresses, edges
from storage.reading import Reading
from storage.text_rules import Place, rules_of
from storage.visit import Visit

_LEAST = 2
"""Articles of a batch from which it pays."""


@contextlib.contextmanager
def look_ahead(session: Session, visits: Sequence[Visit]) -> Iterator[None]:
    """Read ahead for the articles among these visits.

    What was held back is written where nothing fails, and else forgotten, as the transaction takes the rest back.
    """
    visits_read = [
        (visit, reading) for visit in visits if (reading := visit.reading) is not None and reading.is_article
    ]
    if len(visits_read) < _LEAST:
        yield
        return
    try:
        _read(session, visits_read)
        yield
        minhash_index.write_behind(session)
        site_boilerplate.write_behind(session)
        edges.write_links(session)
    finally:
        for module in (addresses, amp, edges, exact_duplicates, minhash_index, site_boilerplate):
            module.forget_batch(session)


def _read(session: Session, visits_read: Sequence[tuple[Visit, Reading]]) -> None:
    readings = [reading for _, reading in visits_read]
    edges.hold_back_links(session)
    addresses.read_ahead(session, [place for reading in readings for place in _places(session, reading)])
    amp.read_ahead(session, {visit.lease.address_id for visit, _ in visits_read})
    near_duplicates.read_ahead(session, [each.signature for each in readings if each.signature is not None])
    site_boilerplate.read_ahead(session, [visit.lease.host for visit, _ in visits_read])
    hashes = [each.precomputed.text_hash for each in readings if each.precomputed is not None]
    exact_duplicates.read_ahead(session, filter(None, hashes))


def _places(session: Session, reading: Reading) -> Iterator[Place]:
    """Return the places of the related articles."""
    place = rules_of(session).place
    return (place(card.url) for card in reading.related)
