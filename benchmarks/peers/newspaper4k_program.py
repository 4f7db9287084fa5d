"""newspaper4k with threads, as its documentation has it, and SQLite behind it."""

import json
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from newspaper import Article

THREADS = 8


def read(url: str) -> tuple[str, str, str, str]:
    """Download and parse one article."""
    article = Article(url, fetch_images=False)
    article.download()
    article.parse()
    return url, article.title, article.text, article.meta_lang or ""


def main() -> None:
    """Crawl into SQLite, and give out what lies there."""
    urls, out = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    connection = sqlite3.connect(out.with_suffix(".db"))
    connection.execute("CREATE TABLE article (url TEXT PRIMARY KEY, title TEXT, text TEXT, language TEXT)")
    with ThreadPoolExecutor(THREADS) as threads:
        for row in threads.map(read, urls):
            connection.execute("INSERT OR REPLACE INTO article VALUES (?, ?, ?, ?)", row)
            connection.commit()
    with out.open("w", encoding="utf-8") as stream:
        for row in connection.execute("SELECT url, title, text, language FROM article"):
            stream.write(json.dumps(dict(zip(("url", "title", "text", "language"), row, strict=True))) + "\n")


main()
