"""Large archives are written as crawls would have stored their articles."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from storage.database.check import check_database
from storage.database.open import open_database
from storage.search.query import find_ids

ROOT = Path(__file__).parents[2]
COUNTS = """
SELECT (SELECT count(*) FROM articles_ja) AS ja, (SELECT count(*) FROM articles_en) AS en,
  (SELECT count(*) FROM copies) AS copies, (SELECT count(*) FROM revisions WHERE revision > 1) AS revisions,
  (SELECT count(*) FROM related_links WHERE related_article_id IS NOT NULL) AS links,
  (SELECT count(*) FROM article_entities) AS entities,
  (SELECT count(*) FROM story_profile WHERE NOT settled) AS waiting"""


def test_a_written_archive_is_sound_and_has_all_that_a_crawl_stores(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/large.db"
    command = [sys.executable, "-m", "benchmarks.archives", url, "--articles", "90"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    database = open_database(url, create=False)
    problems = check_database(database)
    with database.reading() as connection:
        counts = connection.execute(text(COUNTS)).one()
        found = find_ids(connection, "月 OR the")
    database.close()
    assert problems == []
    assert counts.ja + counts.en == counts.waiting == 90
    assert min(counts) > 0
    assert len(found) > 45
