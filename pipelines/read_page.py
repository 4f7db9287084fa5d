"""Read one page: article, section, feed, sitemap, or the reason why it is none."""

import contextlib
import dataclasses
import gc
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from lxml.html import HtmlElement

from pipelines.addresses.canonical import believed_canonical
from pipelines.addresses.normalize import clean_url
from pipelines.boilerplate.dom import clean_lines, cut_boilerplate, read_ai_labels
from pipelines.boilerplate.lines import PAYWALL, is_paywall_notice
from pipelines.duplicates.minhash import sign
from pipelines.extractor_version import extractor_version
from pipelines.feeds.hubs import find_hub
from pipelines.feeds.listing import ListingError, ListingFormat, listing_format
from pipelines.html.charset import Decoded, decode
from pipelines.html.dom_index import DomIndex
from pipelines.html.link_header import header_links
from pipelines.html.media_type import lacks_markup, other_media_type
from pipelines.html.parse import parse_html
from pipelines.html.plain_text import compose_marks, drop_invisible
from pipelines.html.text_blocks import TextBlock, part_lines
from pipelines.html.unclosed import place_streamed_segments, show_noscript, unnest_words
from pipelines.language.cards import with_language
from pipelines.language.detect import detect_language
from pipelines.metadata.feed_words import with_feed_words
from pipelines.metadata.meta_tags import absolute_url
from pipelines.metadata.metadata import Metadata, likely_languages, read_metadata, read_times
from pipelines.metadata.tdm_reservations import forbids_archive, read_reservations
from pipelines.raw_page import RawPage
from pipelines.related.extract import take_related
from pipelines.related.outlinks import article_links, base_address, listed_entries, outlinks
from pipelines.related.pagination import read_pagination
from pipelines.site_extractor import LANGUAGE_SAMPLE, read_with_extractor
from pipelines.site_rules import SiteValues, read_site_values, select_blocks, zone_of
from pipelines.text.arbiter import BlockEvidence
from pipelines.text.body_pictures import body_images, collect_pictures
from pipelines.text.body_shape import body_shape
from pipelines.text.body_structure import body_of
from pipelines.text.live_blogs import cut_live_updates
from pipelines.text.main_text import article_text
from pipelines.text.page_evidence import Evidence, gather
from pipelines.text.page_layout import page_layout
from pipelines.text.page_shape import page_shape
from pipelines.text.page_type import Verdict, judge
from storage.article_fields import Access
from storage.reading import Cut, PageKind, Reading

Note: TypeAlias = Callable[[Evidence | BlockEvidence], None]
MAX_HTML = 5 * 1024 * 1024  # bytes; 3 of 512 real pages exceed 2 MB, and none 5
_SAID_OF_THE_PAGE = ("json-ld", "meta")  # where a date cannot be a card's


def read_page(raw: RawPage, timezone: str = "Asia/Tokyo", note: Note | None = None) -> Reading:
    """Read one page into a :class:`Reading`.

    ``reason`` says why a page is no article. ``timezone`` is the IANA name of the zone for dates that name none, where
    neither the source's config nor the page's own dates, country and language tell another. ``note`` is called with
    what the blocks of an HTML page and its type are judged by, to train models. It is deterministic. A hostile page may
    make it slow or kill the process, so a crawl calls it in a worker process (:mod:`pipelines.workers.pool`).
    """
    with _no_collections():
        reading = _read(raw, timezone, note)
        if reading.kind not in ("article", "feed", "sitemap") and (place := raw.redirected_to):
            reading = dataclasses.replace(reading, reason=f"redirected to {place}: {reading.reason}")
        reading = read_with_extractor(raw, reading)
    robots_headers = [header for header in raw.headers if header[0].startswith(("x-robots-tag", "tdm-"))]
    if not robots_headers or reading.noarchive:
        return reading
    # Of HTML pages the header is read with the markup, of all others here.
    return dataclasses.replace(
        reading,
        noarchive=forbids_archive((), robots_headers),
        reservations=reading.reservations or read_reservations((), robots_headers),
    )


@contextlib.contextmanager
def _no_collections() -> Iterator[None]:
    """Look for no garbage meanwhile.

    A page makes tens of thousands of objects and no cycle of them (326 real pages left none). With this and what else
    was made faster that day a page took 0.95 of the CPU, each page in turn in processes of their own.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _read(raw: RawPage, timezone: str, note: Note | None) -> Reading:
    body = raw.body
    if not body or body.isspace():
        return _nothing(raw, "other", f"HTTP status {raw.status}" if raw.status >= 400 else "empty page")
    listing = listing_format(body)
    if listing is not None:
        return _read_listing(raw, listing, timezone)
    media = other_media_type(body, raw.content_type)
    if media:
        return _nothing(raw, "other", f"not HTML: {media}")
    if len(body) > MAX_HTML:
        return _nothing(raw, "unreadable", f"HTML of {len(body):,} bytes, more than {MAX_HTML:,}")
    decoded = decode(body, raw.content_type)
    if reason := lacks_markup(decoded.text):
        return _nothing(raw, "other", f"not HTML: {reason}")
    tree = parse_html(decoded.text)
    if tree is None:
        return _nothing(raw, "other", "empty page")
    return _read_html(raw, decoded, tree, timezone, note)


def _read_html(raw: RawPage, decoded: Decoded, tree: HtmlElement, timezone: str, note: Note | None) -> Reading:
    """Read an HTML page.

    The order matters: declarations of the whole page are read before parts of it are cut out.
    """
    page_url = raw.final_url
    show_noscript(tree)
    place_streamed_segments(tree)
    index = DomIndex(tree)  # first: while it holds the elements, no later look at one has to make it anew
    own_pages = read_pagination(index.tags, page_url)
    zone, is_stated = zone_of(raw, likely_languages(index.tags), timezone)
    site = read_site_values(tree, raw, zone, own_pages)
    if site.cuts:
        index = DomIndex(tree)
    unnest_words(index)
    shape, layout = page_shape(index), page_layout(index, page_url)
    metadata = read_metadata(index.tags, page_url, raw.fetched_at, zone)
    metas = index.tags.tagged("meta")
    noarchive, reserved = forbids_archive(metas, raw.headers), read_reservations(metas, raw.headers)
    links = article_links(index.tags, page_url)
    entries = listed_entries(links)
    pages = site.pages or own_pages
    related = take_related(tree, page_url, index)
    marks = read_ai_labels(tree, index)
    pictures, base = collect_pictures(index), base_address(index.tags.tagged("base"), page_url)
    if related.cuts and metadata.published_source not in _SAID_OF_THE_PAGE:
        # Cards show dates too, and are gone now.
        metadata = metadata.dated_as(read_times(index.tags, page_url, raw.fetched_at, zone))
    metadata = site.improve(with_feed_words(metadata, raw, tree) if raw.in_feed else metadata)
    cuts = [*site.cuts, *related.cuts, *cut_live_updates(tree, index), *cut_boilerplate(tree, index)]
    kept: list[TextBlock] = []
    text, line_cuts = clean_lines(
        compose_marks(
            drop_invisible(_text(decoded, tree, site, kept) or article_text(tree, metadata.summary, cuts, kept, note))
        ),
        metadata.title,
        metadata.authors,
        part_lines(kept),
    )
    if raw.feed_date is not None:
        metadata = metadata.dated_by_feed(raw.feed_date, raw.fetched_at, zone)
    body = body_of(kept, tuple(body_images(pictures, index, kept, base)), text, page_url, base)
    evidence = gather(raw, metadata, text, entries, related.cards, (shape, layout, body_shape(kept)))
    if note is not None:
        note(evidence)
    verdict = judge(evidence)
    if "select" in site.matched and verdict.kind == "other" and verdict.page_type != "error" and text.strip():
        verdict = Verdict("article", "", "article")  # the operator says where an article's text is, and it is there
    hint = site.language or metadata.declared_language
    language = detect_language(f"{metadata.title}\n{text[:LANGUAGE_SAMPLE]}", hint)
    langdetect_language, langdetect_confidence = language.langdetect or (None, None)
    is_section = verdict.kind == "section"
    return dataclasses.replace(
        _declared(raw, decoded, metadata),
        zone_assumed=metadata.zone_assumed and not is_stated,
        access=_access(metadata, [*cuts, *line_cuts]),
        is_article=verdict.kind == "article",
        reason=verdict.reason,
        text=text,
        body=body,
        language=language.code,
        related=() if is_section else tuple(with_language(card, language) for card in related.cards),
        lists=related.lists,
        nearest_list=related.nearest_list,
        kind=verdict.kind,
        page_type=verdict.page_type,
        page_type_evidence=verdict.evidence,
        entries=entries if is_section else (),
        outlinks=outlinks(links),
        page_number=pages.number,
        first_page=pages.first,
        following=pages.following,
        language_confidence=language.confidence,
        langdetect_language=langdetect_language,
        langdetect_confidence=langdetect_confidence,
        language_conflict=language.conflicts_with(metadata.declared_language),
        machine_generated=marks.image or marks.report,
        image_machine_made=marks.image,
        report_machine_made=marks.report,
        cuts=(*cuts, *line_cuts),
        noarchive=noarchive,
        reservations=reserved,
        signature=sign(text, language.code) if verdict.kind == "article" else None,
        site_rules=site.matched,
        rules_without_match=site.unmatched if verdict.kind == "article" else (),
    )


def _text(decoded: Decoded, tree: HtmlElement, site: SiteValues, kept: list[TextBlock]) -> str:
    """Return the text of the selected elements; "" where none is selected. ``kept`` gets its blocks, one a line.

    Where the general rules cut them all away, they are taken from the page as it came.
    """
    if not site.body:
        return ""
    kept += site.blocks(tree)
    whole = None if kept else parse_html(decoded.text)
    kept += [] if whole is None else select_blocks(whole, site)
    return "\n".join(block.text for block in kept)


def _declared(raw: RawPage, decoded: Decoded, metadata: Metadata) -> Reading:
    """Return what the page declares about itself, before anything is decided."""
    declared = metadata.declared_canonical or _linked_canonical(raw) or metadata.open_graph_address
    canonical, refused = believed_canonical(raw.final_url, declared)
    return Reading(
        url=raw.url,
        canonical_url=canonical,
        title=metadata.title,
        summary=metadata.summary,
        authors=metadata.authors,
        published_at=metadata.published_at,
        published_precision=metadata.published_precision,
        published_source=metadata.published_source,
        modified_at=metadata.modified_at,
        modified_precision=metadata.modified_precision,
        modified_source=metadata.modified_source,
        image_url=metadata.image_url,
        alternates=metadata.alternates,
        declared_canonical=declared,
        canonical_refused=refused,
        declared_language=metadata.declared_language,
        section=metadata.section,
        keywords=metadata.keywords,
        access=_access(metadata),
        encoding=decoded.encoding,
        extractor_version=extractor_version(),
    )


def _linked_canonical(raw: RawPage) -> str | None:
    """Return the canonical address that the page's HTTP headers name (RFC 6596), or None."""
    header = dict(raw.headers).get("link")
    named = (target for relation, target in header_links(header) if relation == "canonical")
    return next(filter(None, (absolute_url(raw.final_url, target) for target in named)), None)


def _access(metadata: Metadata, cuts: Sequence[Cut] = ()) -> Access | None:
    """Return who may read the article: as the page declares, else as the notices removed from its text say."""
    if metadata.is_paywalled is None:
        return "paywalled" if any(map(_is_of_paywall, cuts)) else None
    return "paywalled" if metadata.is_paywalled else "free"


def _is_of_paywall(cut: Cut) -> bool:
    return cut.rule == PAYWALL or is_paywall_notice(cut.text)


def _read_listing(raw: RawPage, form: ListingFormat, timezone: str) -> Reading:
    """Read a feed or sitemap; one that cannot be read safely is unreadable, and says why."""
    kind = form.kind
    try:
        zone, _ = zone_of(raw, (), timezone)
        listing = form.read(raw.body, raw.content_type, raw.final_url, zone)
    except ListingError as error:
        return _nothing(raw, "unreadable", f"{kind}: {error}")
    if listing is None:
        return _nothing(raw, "unreadable", f"{kind}: not to be read as one")
    number = len(listing.entries)
    reason = f"{kind} with {number} {'entry' if number == 1 else 'entries'}"
    reading = _nothing(raw, kind, f"{reason}; {listing.reason}" if listing.reason else reason)
    hub = find_hub(dict(raw.headers).get("link"), listing.links, raw.final_url) if kind == "feed" else None
    return dataclasses.replace(reading, entries=listing.entries, hub=hub)


def _nothing(raw: RawPage, kind: PageKind, reason: str) -> Reading:
    return Reading(
        url=raw.url,
        canonical_url=clean_url(raw.final_url) or raw.final_url,
        kind=kind,
        reason=reason,
        extractor_version=extractor_version(),
    )
