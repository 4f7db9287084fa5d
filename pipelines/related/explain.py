"""Explain the kind of each list of links on a page."""

from collections.abc import Iterator

from pipelines.html.charset import decode
from pipelines.html.parse import parse_html
from pipelines.html.unclosed import prepare
from pipelines.raw_page import RawPage
from pipelines.related.classify import classify_groups, reasons
from pipelines.related.extract import candidates_of
from pipelines.related.link_lists import heading_of


def explain_lists(raw: RawPage) -> Iterator[str]:
    """Write one line for each group: kind, probability, links, heading, features."""
    tree = parse_html(decode(raw.body, raw.content_type).text)
    if tree is None:
        return
    context, groups, _ = candidates_of(prepare(tree), raw.final_url)
    for each in classify_groups(context, groups):
        count = len(each.group.places)
        because = "; ".join(reasons(each))
        links = f"{count} link{'s' if count != 1 else ''}"
        yield f"list [{each.kind} {each.probability:.2f}] {links}, {heading_of(each) or 'no heading'}: {because}"
