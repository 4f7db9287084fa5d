"""Define database errors; each message is one line that says what to do."""


class DatabaseError(Exception):
    """The database cannot be used; the message says what is wrong and the remedy."""


class DatabaseUnreachable(DatabaseError):
    """The server does not answer, or the file cannot be opened."""


class SchemaMismatch(DatabaseError):
    """The schema is older or newer than this version, or not Kiji's."""


class DatabaseBusy(DatabaseError):
    """Another crawl holds this database."""


class DatabaseTrouble(DatabaseError):
    """The database failed during use. Everything committed before is kept.

    ``passing`` is true if the same transaction can succeed a little later.
    """

    passing = False


class DatabaseLost(DatabaseTrouble):
    """The connection is lost: the server restarts, or the network is down."""

    passing = True


class DatabaseLocked(DatabaseTrouble):
    """Other writers held the lock for longer than the busy time-out."""

    passing = True


class DatabaseFull(DatabaseTrouble):
    """The disk is full."""


class DatabaseReadOnly(DatabaseTrouble):
    """The database can be read but not written."""


class DatabaseDamaged(DatabaseTrouble):
    """The file is damaged: it returns other bytes than were written."""
