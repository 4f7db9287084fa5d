"""Extract an article's text from the data in a page's scripts.

Frameworks that render in the reader's browser send the article as a string of HTML within JSON (Next.js'
``__NEXT_DATA__`` and ``__next_f``, Nuxt, Arc XP's ``Fusion.globalContent``): the longest with paragraphs is the body.
"""

import html
import itertools
import json
import re
from collections.abc import Iterator, Sequence

from pipelines.boilerplate.dom import cut_boilerplate
from pipelines.html.parse import parse_html
from pipelines.html.text_blocks import TextBlock, text_blocks
from pipelines.metadata.jsonld import read_jsonld

_LONGEST = 3_000_000  # characters of a script that is looked through
_SHORTEST = 300  # characters of a string that may be an article's HTML
_LITERAL = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_PLACE = re.compile(r"\$\$\s*\w+\s*\$\$|\{\{[^{}]{1,60}\}\}|\[\[[^\[\]]{1,60}\]\]")
_PARAGRAPHS = 2
_LINE_BREAK = re.compile(r"<(?:/p|/li|/h[1-6]|/div|br\s{0,3}/?)>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,2000}>")


def declared_body(scripts: Sequence[str]) -> str:
    """Return the longest ``articleBody`` without markup, a paragraph a line, or ""."""
    telling = [script for script in scripts if "articleBody" in script]
    bodies = [body for thing in read_jsonld(telling) if isinstance(body := thing.get("articleBody"), str)]
    text = html.unescape(_TAG.sub("", _LINE_BREAK.sub("\n", max(bodies, key=len, default=""))))
    return "\n".join(line for part in text.splitlines() if (line := " ".join(part.split())))


def script_body(scripts: Sequence[str]) -> str:
    """Return the text of the longest HTML in the scripts, a block a line, or ""."""
    longest = max(
        (markup for script in scripts if _may_hold(script) for markup in _markup(script)), key=len, default=""
    )
    tree = parse_html(longest) if longest else None
    body = tree.find("body") if tree is not None else None
    if tree is None or body is None:
        return ""
    cut_boilerplate(tree)
    return "\n".join(block.text for block in text_blocks(body) if not _is_beside(block))


def _may_hold(script: str) -> bool:
    return len(script) <= _LONGEST and ("<p" in script or "\\u003cp" in script.lower())


def _is_beside(block: TextBlock) -> bool:
    """A caption, or the place of something that the script would put in: ``$$ARTICLEAD$$``, ``{{ ad }}``."""
    around = itertools.islice(itertools.chain([block.element], block.element.iterancestors()), 3)
    return bool(_PLACE.fullmatch(block.text)) or any("caption" in (one.get("class") or "") for one in around)


def _markup(script: str) -> Iterator[str]:
    for match in _LITERAL.finditer(script):
        literal = match[0]
        if len(literal) < _SHORTEST:
            continue
        try:
            said = json.loads(literal, strict=False)
        except ValueError:  # JavaScript's own escapes: no JSON, and not looked into
            continue
        if said.count("<p") >= _PARAGRAPHS and not said.lstrip().startswith(("{", "[")):
            yield said
