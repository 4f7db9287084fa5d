"""Store readings, one run each."""

from storage.database.engine import Database
from storage.reading import Reading
from tests.support.visits import Crawling, scope


def store(database: Database, *readings: Reading) -> list[str]:
    """One crawl that meets these pages in order; its outcomes."""
    crawling = Crawling(database, scope(*dict.fromkeys(reading.url for reading in readings)))
    leases = {lease.url: lease for lease in crawling.lease()}
    outcomes = [crawling.store(leases[reading.url], reading).outcome for reading in readings]
    crawling.finish()
    return list(outcomes)
