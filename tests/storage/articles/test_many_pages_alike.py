"""However many pages say nearly the same, the index of near copies holds a few of them."""

from pipelines.duplicates.comparison import compare
from storage.articles.minhash_index import ROWS_A_KEY
from tests.support.alike_notices import measure_crowd, notice


def test_three_hundred_pages_in_nearly_the_same_words_cost_what_a_hundred_did(archive_url: str) -> None:
    said = compare(notice(0), notice(250), "en")
    assert (said.kind, said.alike) == ("different", True)
    hundred, three_hundred = measure_crowd(archive_url, [100, 300])
    assert hundred.rows <= 20 * ROWS_A_KEY
    assert three_hundred.rows - hundred.rows <= 2 * 20  # of 200 more pages, a few have words of their own
