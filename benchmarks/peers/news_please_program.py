"""news-please as a library: ``from_urls`` on all cores, each article written as JSON, as its command does."""

import json
import sys
from pathlib import Path

from newsplease import NewsPlease


def main() -> None:
    """Crawl, and write what came."""
    urls, out = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    found = NewsPlease.from_urls(urls, request_args={"timeout": 30}, fetch_images=False)
    with out.open("w", encoding="utf-8") as stream:
        for url, article in found.items():
            if article:
                kept = {"url": url, "title": article.title, "text": article.maintext, "language": article.language}
                stream.write(json.dumps(kept) + "\n")


if __name__ == "__main__":
    main()
