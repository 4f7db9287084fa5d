"""Write docs/reading.md: the results of trafilatura and Kiji for three pages, side by side.

    python -m benchmarks.before_and_after docs/reading.md

The pages belong to the sample sites: an English article on a Japanese page with AI images (the model page's design), an
article of a Japanese newspaper, and an article of an English site.
"""

import argparse
import datetime
import html
import sys
from pathlib import Path

import trafilatura

from crawler.sample.cards import Bases
from crawler.sample.content import JST, load_content
from crawler.sample.render import render_article
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.reading import Reading, iso_utc

BASES: Bases = {"mirai": "https://mirai.example", "harbor": "https://harbor.example"}
PAGES = {
    "trade-stall": "The model page's design: an English article on a Japanese page with AI images",
    "rice-price": "A Japanese newspaper",
    "dredging": "An English site",
}
_FETCHED = datetime.datetime(2026, 10, 6, 9, 0, tzinfo=JST)
_HEAD = """# Reading a page

<!-- Made by `python -m benchmarks.before_and_after docs/reading.md`: change it there. -->

These are three pages of the sample sites (`kiji sample` serves them). The left column is the text by trafilatura with
its default settings. Words in **bold** do not belong to the article. The right column is the `text` that Kiji stores.
Below are the other fields, the related cards (rows of their own), and the removed parts with the rule for each.
`kiji inspect --verbose` prints the same for any page.
"""


def pages() -> list[tuple[str, RawPage]]:
    """The three pages with their headings, as they would be fetched a day after their publication."""
    content = load_content()
    found = []
    for key, heading in PAGES.items():
        article = content.articles[key]
        url = BASES[article.site] + article.path
        body = render_article(content, article, BASES, 1).encode(article.encoding, "xmlcharrefreplace")
        found.append((heading, RawPage(url, url, body, 200, _FETCHED, (("content-type", article.content_type),))))
    return found


def document() -> str:
    """The whole document."""
    return _HEAD + "".join(made(heading, raw) for heading, raw in pages())


def made(heading: str, raw: RawPage) -> str:
    """One page's part of the document."""
    before = trafilatura.extract(raw.body, url=raw.url) or ""
    after = read_page(raw)
    own = set(after.text.split("\n"))
    left = "<br><br>".join(
        html.escape(line) if line in own else f"<b>{html.escape(line)}</b>" for line in before.split("\n") if line
    )
    right = "<br><br>".join(html.escape(line) for line in after.text.split("\n"))
    return f"""
## {heading}

<table>
<tr><th>trafilatura</th><th>Kiji, <code>text</code></th></tr>
<tr><td valign="top">{left}</td><td valign="top">{right}</td></tr>
</table>

{_facts(after)}
{_cards(after)}
{_cuts(after)}"""


def _facts(reading: Reading) -> str:
    published = f"{iso_utc(reading.published_at)} ({reading.published_precision}, from {reading.published_source})"
    facts = {
        "title": reading.title,
        "authors": "; ".join(reading.authors),
        "published_at": published if reading.published_at else "",
        "language": f"{reading.language}, the page claims {reading.declared_language}",
        "image_machine_made": "yes" if reading.image_machine_made else "",
        "report_machine_made": "yes" if reading.report_machine_made else "",
    }
    rows = [f"| `{name}` | {value.replace('|', '&#124;')} |" for name, value in facts.items() if value]
    return "\n".join(["| other field | value |", "|---|---|", *rows, ""])


def _cards(reading: Reading) -> str:
    rows = [
        f"| {position} | {card.language} | {card.title} | {card.summary[:60] + '…' if card.summary else ''} |"
        for position, card in enumerate(reading.related, 1)
    ]
    return "\n".join(["| related card | language | title | summary |", "|---|---|---|---|", *rows, ""])


def _cuts(reading: Reading) -> str:
    rows = [
        f"| `{cut.rule}` | {_cell(cut.detail, 40)} | {_cell(cut.text, 70)} |"
        for cut in reading.cuts
        if cut.text.strip()
    ]
    return "\n".join(["| removed by rule | evidence | beginning of the text |", "|---|---|---|", *rows, ""])


def _cell(text: str, limit: int) -> str:
    said = html.escape(" ".join(text.split())).replace("|", "&#124;")
    return said if len(said) <= limit else said[:limit] + "…"


def main() -> int:
    """Write the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file has other contents")
    options = parser.parse_args()
    file: Path = options.file
    if options.check:
        return 0 if file.read_text(encoding="utf-8") == document() else 1
    file.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
