"""Which sources of a run gave what they should: the exit code is made of it."""

import pytest

from storage.database.engine import Database
from storage.writer.runs import source_accounts
from tests.support.planted_sources import ANSWERED, GIVES, Met, plant
from tests.support.source_histories import HOUR, NOW

FAILS: Met = [("entry", "failed", 503, "HTTP 503", None)]
FORBIDS: Met = [("entry", "refused", 403, "HTTP 403", None)]
GONE: Met = [("start", "failed", None, "no answer in time", None)]


@pytest.mark.parametrize(
    ("before", "now", "gave"),
    [
        (FAILS, FAILS, True),
        (FAILS, FORBIDS, True),
        (GIVES, FAILS, False),
        (GIVES, FORBIDS, False),
        (GIVES, [*FAILS, *GIVES[-1:]], True),
        (FAILS, GONE, False),
        (GIVES, ANSWERED, True),
    ],
    ids=[
        "what failed fails again",
        "what failed is forbidden now",
        "what was read fails",
        "what was read is forbidden",
        "one of two is read",
        "a start page fails again",
        "a listing answers",
    ],
)
def test_a_source_of_which_no_start_page_was_due_gave_unless_it_fails_anew(
    database: Database, before: Met, now: Met, gave: bool
) -> None:
    plant(database, NOW - HOUR, {"harbor": before})
    plant(database, NOW, {"harbor": now})
    with database.reading() as connection:
        [account] = source_accounts(connection, 2, [])
        assert (account.source, account.gave) == ("harbor", gave)
        [polled] = source_accounts(connection, 2, ["harbor"])
    assert not polled.gave  # no article of it is known: these histories have accounts only
