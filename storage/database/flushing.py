"""Write pending changes, but leave those of addresses to the next flush.

Most visits change nothing but the row of their own address. Written with the next visit's article, it costs one flush
of the session a page instead of two. Statements past the ORM do not flush, so whoever reads by one what an address
changes (all but its key, host and domain) has to flush before.
"""

from sqlalchemy.orm import Session

from storage.tables.core import Address


def flush_articles(session: Session) -> None:
    """Flush the session, unless only addresses have changed."""
    if session.new or session.deleted or any(not isinstance(each, Address) for each in session.dirty):
        session.flush()
