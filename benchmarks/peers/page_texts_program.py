"""Extract the texts of pages with readability-lxml and newspaper4k, as their documentation has it.

    python page_texts_program.py < PAGES > TEXTS

A line of PAGES is an object with ``url`` and ``html``; the line that answers it has the text, or null where the package
failed, under each package that is installed. What is not installed is left out.
"""

import importlib.util
import json
import logging
import re
import sys
from collections.abc import Callable

_BLOCKS = (
    *("p", "div", "li", "ul", "ol", "table", "tr", "td", "th", "blockquote", "pre", "section", "article", "figure"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "figcaption", "br"),
)


def by_readability(html: str, url: str) -> str:
    """Return the text of the part that readability keeps: its blocks, one a line."""
    import lxml.html
    from readability import Document

    tree = lxml.html.document_fromstring(Document(html, url=url).summary(html_partial=True))
    for element in tree.iter(*_BLOCKS):
        element.text = f"\n{element.text or ''}"
        element.tail = f"\n{element.tail or ''}"
    return re.sub(r"\s*\n\s*", "\n", "".join(map(str, tree.itertext()))).strip()


def by_newspaper(html: str, url: str) -> str:
    """Return the text of newspaper's article."""
    import newspaper

    return str(newspaper.article(url, input_html=html).text)


ENGINES: dict[str, tuple[str, Callable[[str, str], str]]] = {
    "readability-lxml": ("readability", by_readability),
    "newspaper4k": ("newspaper", by_newspaper),
}


def main() -> None:
    """Answer every line."""
    logging.disable(logging.CRITICAL)
    engines = {name: read for name, (module, read) in ENGINES.items() if importlib.util.find_spec(module)}
    for line in sys.stdin:
        page = json.loads(line)
        texts: dict[str, str | None] = {}
        for name, read in engines.items():
            try:
                texts[name] = read(page["html"], page["url"])
            except Exception:  # noqa: BLE001 - whatever a package raises on a page, the page has no text by it
                texts[name] = None
        print(json.dumps(texts), flush=True)


if __name__ == "__main__":
    main()
