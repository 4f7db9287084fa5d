"""One visit that the database refuses fails by itself, whatever it holds; those beside it are stored."""

import pytest

from storage.database.engine import Database
from storage.visit import Visit
from tests.support.visits import FIRST_DAY, OTHER_STORY, Crawling, article, rows, scope

ODD, GOOD = "https://news.example/a/1000", "https://news.example/a/1001"


@pytest.mark.parametrize("status", [2**63, -(2**63) - 1])
def test_a_status_that_no_column_holds_costs_its_own_visit_alone(database: Database, status: int) -> None:
    crawl = Crawling(database, scope(ODD, GOOD))
    leases = {lease.url: lease for lease in crawl.lease()}
    failed = Visit(leases[ODD], ODD, FIRST_DAY, status, article(ODD))
    stored = Visit(leases[GOOD], GOOD, FIRST_DAY, 200, article(GOOD, OTHER_STORY, "Rice"))
    futures = [crawl.writer.store(visit) for visit in (failed, stored)]
    assert [fate.result().outcome for fate in futures] == ["failed", "new"]
    crawl.finish()
    found = rows(database, "SELECT url, outcome, status FROM fetches ORDER BY url")
    assert found == [(ODD, "failed", None), (GOOD, "new", 200)]
    assert rows(database, "SELECT status, failed FROM runs") == [("done", 1)]
