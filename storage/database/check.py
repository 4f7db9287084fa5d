"""Check a database for damage and for rows that contradict each other."""

from sqlalchemy import Connection, inspect, text, update

from storage.database.engine import Database
from storage.tables.core import Run
from storage.tables.fetches import OUTCOMES

_QUESTIONS = {
    "runs whose counts are not what their fetches add up to": f"""
SELECT run.id FROM run JOIN (
  SELECT run_id, {", ".join(f"sum(CASE WHEN outcome = '{name}' THEN 1 ELSE 0 END) AS {name}" for name in OUTCOMES)}
  FROM "fetch" GROUP BY run_id
) AS counted ON counted.run_id = run.id
WHERE {" OR ".join(f"run.{name} <> counted.{name}" for name in OUTCOMES)}""",  # noqa: S608 - our own words only
    "addresses that show an article that is not there": """
SELECT address.id FROM address LEFT JOIN article ON article.id = address.article_id
WHERE address.article_id IS NOT NULL AND article.id IS NULL""",
    "articles whose own address shows another": """
SELECT article.id FROM article JOIN address ON address.id = article.address_id
WHERE address.article_id IS NULL OR address.article_id <> article.id""",
    "copies whose address shows another article": """
SELECT copy.id FROM copy JOIN address ON address.id = copy.address_id
WHERE address.article_id IS NULL OR address.article_id <> copy.article_id""",
    "articles whose revisions are not all there": """
SELECT article.id FROM article WHERE article.revision - 1 <>
  (SELECT count(*) FROM superseded_revision WHERE superseded_revision.article_id = article.id)""",
    "entities whose number of articles is wrong": """
SELECT entity.id FROM entity LEFT JOIN (
  SELECT entity_id, count(*) AS articles FROM article_entity GROUP BY entity_id
) AS counted ON counted.entity_id = entity.id
WHERE entity.articles <> coalesce(counted.articles, 0)""",
    "leases of runs that are over": """
SELECT address.id FROM address JOIN run ON run.id = address.lease_run_id
WHERE address.state = 'leased' AND run.status <> 'running'""",
}

_SHOWN = 5  # ids that a line names


def check_writable(database: Database) -> None:
    """Try to change a row that is not there. Raises DatabaseTrouble for a database that is read-only for us."""
    with database.translate_errors(), database.engine.begin() as connection:
        if inspect(connection).has_table(Run.__tablename__):
            connection.execute(update(Run).where(Run.id == -1).values(requests=0))


def check_database(database: Database) -> list[str]:
    """List what is wrong, one line each. Slow on a large database."""
    problems = []
    with database.reading() as connection:
        if database.is_sqlite:
            problems += _sqlite_damage(connection)
        if problems:  # what a damaged file answers means nothing
            return problems
        for problem, question in _QUESTIONS.items():
            ids = connection.scalars(text(question)).all()
            if ids:
                named = ", ".join(str(row_id) for row_id in ids[:_SHOWN])
                more = ", …" if len(ids) > _SHOWN else ""
                problems.append(f"{len(ids)} {problem}: {named}{more}")
    return problems


def _sqlite_damage(connection: Connection) -> list[str]:
    """Run SQLite's own checks.

    PostgreSQL enforces references by itself, and checks pages when it reads them.
    """
    damage = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    problems = [f"damaged: {line}" for line in damage if line != "ok"]
    broken: dict[tuple[str, str], int] = {}
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        broken[row[0], row[2]] = broken.get((row[0], row[2]), 0) + 1
    damage = [f"{number} rows of {table} refer to {to} that is not there" for (table, to), number in broken.items()]
    return problems + damage
