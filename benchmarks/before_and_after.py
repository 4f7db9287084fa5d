"""What trafilatura and Kiji make of three pages of our own, side by side: makes docs/reading.md.

    python -m benchmarks.before_and_after docs/reading.md

The pages are those of the sample sites: the model page's design (an English article among Japanese furniture, with
machine-made pictures), a Japanese newspaper's article, and an English site's.
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
    "trade-stall": "The model page's design: an English article, Japanese furniture, machine-made pictures",
    "rice-price": "A Japanese newspaper",
    "dredging": "An English site",
}
_FETCHED = datetime.datetime(2026, 10, 6, 9, 0, tzinfo=JST)
_HEAD = """# What is read of a page

<!-- Made by `python -m benchmarks.before_and_after docs/reading.md`: change it there. -->

Three pages of the sample sites (`kiji sample` serves them), as trafilatura's default gives their text, and as Kiji
stores them: the article's words in `text`, the cards of related articles as rows of their own, and what was cut with
its reason, as `kiji inspect --verbose` shows it. Words that are not the article's stand in **bold** on the left.
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
    return "\n".join(["| also read | |", "|---|---|", *rows, ""])


def _cards(reading: Reading) -> str:
    rows = [
        f"| {position} | {card.language} | {card.title} | {card.summary[:60] + '…' if card.summary else ''} |"
        for position, card in enumerate(reading.related, 1)
    ]
    return "\n".join(["| related | language | title | summary |", "|---|---|---|---|", *rows, ""])


def _cuts(reading: Reading) -> str:
    rows = [
        f"| `{cut.rule}` | {_cell(cut.detail, 40)} | {_cell(cut.text, 70)} |"
        for cut in reading.cuts
        if cut.text.strip()
    ]
    return "\n".join(["| cut by rule | evidence | begins |", "|---|---|---|", *rows, ""])


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
