"""Search on PostgreSQL."""

from benchmarks.searching import measure_on
from benchmarks.section import Extent, Findings, Section
from tests.support.postgresql import PostgreSQLServer

ABOUT = """
The same on a PostgreSQL server with 16 MB of shared buffers, an eighth of its default.
"""


def measure(extent: Extent) -> Findings:
    """Measure on a server that goes with it."""
    server = PostgreSQLServer()
    try:
        return measure_on("PostgreSQL", server.create, extent)
    finally:
        server.stop()


SECTION = Section("search-postgresql", 61, "Search on PostgreSQL", ABOUT, measure)
