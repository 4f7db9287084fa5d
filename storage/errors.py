"""What can be wrong with a database, in words that tell its user what to do."""


class DatabaseError(Exception):
    """The database cannot be used; the message is one line that says what, where and what would be right."""


class DatabaseUnreachable(DatabaseError):
    """Nothing answers at the address, or the file cannot be opened."""


class SchemaMismatch(DatabaseError):
    """The schema is older or newer than this version of Kiji, or is not Kiji's."""


class DatabaseBusy(DatabaseError):
    """Another crawl holds this database."""


class DatabaseTrouble(DatabaseError):
    """The database failed while it was in use; what was committed before stands.

    ``passing`` says whether the same transaction may succeed a little later.
    """

    passing = False


class DatabaseLost(DatabaseTrouble):
    """The connection is gone: the server was restarted, or the network is down."""

    passing = True


class DatabaseLocked(DatabaseTrouble):
    """Other writers were in the way for longer than the busy time-out."""

    passing = True


class DatabaseFull(DatabaseTrouble):
    """There is no room left for the database."""


class DatabaseReadOnly(DatabaseTrouble):
    """The database may be read and not written."""


class DatabaseDamaged(DatabaseTrouble):
    """The disk, or the file, gives back other bytes than were written."""
