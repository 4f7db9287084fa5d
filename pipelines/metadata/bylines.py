"""Find authors in markup: meta tags, microdata, ``rel=author``, byline classes."""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence

import lxml.html

from pipelines.html.plain_text import plain_text
from pipelines.html.tag_index import TagIndex
from pipelines.metadata.authors import (
    Credit,
    clean_authors,
    is_agency,
    is_byline,
    is_job,
    is_lead_in,
    is_name_like,
    is_office,
)
from pipelines.metadata.jsonld import Json, Thing
from pipelines.metadata.meta_tags import Markup, is_elsewhere, metadata_names
from pipelines.metadata.near_headline import NearHeadline, visible_pieces

_MOST = 60
_NAME_WORDS = 4
_MOST_LABELS = 3_000
_PARAGRAPH = 120  # characters of a body's paragraph; a bold line behind one is a heading
_LONGEST_BYLINE = 200
_LINES = 3  # elements between a label and its name
_MOST_SINGLE = 2  # names of one word in a byline; more of them are sections
_BYLINE = ("byline", "author", "autor", "auteur", "writer", "reporter", "kisha", "journalist")
# A name behind its label in a longer head line: 来源：新华网 作者：王小明 责编：李四
_LATIN_LABELS = "authors?|autor(?:e|in|en)?|auteure?|redaktion"
_LABELLED = re.compile(
    rf"(?:作者|撰文|撰稿|记者|執筆者?|筆者)\s?[:：]\s?([^\s:：|／/]{{2,20}})|\b(?:{_LATIN_LABELS})\s?:\s?([^:|/]{{3,60}})",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"\s*(?:{_LATIN_LABELS}|text|von|作者|撰文|撰稿|執筆者?|筆者)\s?[:：]([^:|/]{{0,60}})$", re.IGNORECASE
)
_MARKS = " |,·•-–—"
_DATE = re.compile(r"[|,·•\s–—-]*\d{1,2}[./]\s?\d{1,2}[./]\s?\d{4}")
# A line that is a date and a name: 11.12.2019 - Amelie Loevenich, 06.11.2023 13:30 von Olga
_DATED_NAME = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{4}(?:[\s,|–-]+\d{1,2}[:.]\d\d(?:\s?Uhr)?)?[\s,|–-]+(\D{3,60})")
# hCard's class (https://microformats.org/wiki/hcard) is no card of a list.
_AUTHORS_PAGE = re.compile(r"author|autor|auteur|profile|/people/|/staff/", re.IGNORECASE)
_NOT_BYLINE = re.compile(
    r"comment|related|(?<!v)card|bio|profile|avatar|image|img|icon|follow|widget|share|photo|authority|footer|nav",
    re.IGNORECASE,
)


def jsonld_credits(things: Sequence[Thing], things_by_id: dict[str, Thing]) -> list[Credit]:
    """Return the authors of the first thing that has any.

    ``known`` resolves ``@id`` references.
    """
    for thing in things:
        for name in ("author", "creator"):
            credits_ = list(_credits(thing.get(name), things_by_id))
            if credits_:
                return credits_
    return []


def _credits(value: Json, things_by_id: dict[str, Thing]) -> Iterator[Credit]:
    waiting: list[Json] = [value]
    for _ in range(_MOST):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, str):
            if not one.startswith(("http://", "https://")):
                yield Credit(one)
        elif isinstance(one, list):
            waiting.extend(reversed(one[:_MOST]))
        elif isinstance(one, dict):
            named = one if one.get("name") or one.get("familyName") else things_by_id.get(str(one.get("@id")), one)
            office = "organization" in str(named.get("@type")).lower()
            names = named.get("name") or f"{named.get('givenName') or ''} {named.get('familyName') or ''}"
            for name in names if isinstance(names, list) else [names]:
                if isinstance(name, str):
                    yield Credit(name, office)
                elif isinstance(name, dict):  # a thing where its name belongs
                    waiting.append(name)


def meta_credits(markup: Markup) -> Iterator[list[Credit]]:
    """Return the authors of the meta tags, one source for all tags of one name.

    Last comes the pair of label and data that WordPress writes.
    """
    for name in metadata_names()["authors"]:
        contents = dict.fromkeys(markup.metas.get(name, ()))
        names = [content for content in contents if not content.startswith(("http://", "https://", "@"))]
        if names:
            yield [Credit(content, is_separate=True) for content in names]
    for label, data in (("twitterlabel1", "twitterdata1"), ("twitterlabel2", "twitterdata2")):
        if any(map(is_lead_in, markup.metas.get(label, ()))):
            yield [Credit(content) for content in markup.metas.get(data, ())]


def markup_credits(tags: TagIndex, markup: Markup) -> Iterator[list[Credit]]:
    """Find authors in microdata, ``rel=author`` links and byline classes, lazily."""
    named = (item for item in markup.items if (item.get("itemprop") or "").lower() == "author")
    items = [item for item in named if not is_elsewhere(item)]
    names = (name for item in items[:_MOST] for name in _names_in(item))
    yield _spoken(list(itertools.islice(names, _MOST)))
    linked = list(itertools.islice(filter(_leads_to_author, tags.tagged("a")), _MOST))
    if linked:
        yield _spoken(_beside(linked))
    known = set[str]()
    for element in _called_bylines(tags)[:_MOST]:
        classes = element.get("class") or ""
        if classes and classes in known:
            continue  # the bylines of cards further down look like the article's
        for credit in _byline_in(element):
            known.add(classes)
            yield [credit]


def _byline_in(element: lxml.html.HtmlElement) -> list[Credit]:
    """Return the credit of an element that is called a byline: all its words, else a person whose page it links to."""
    for credit in _spoken([element]):
        names = clean_authors([credit.name])
        are_persons = 2 * sum(" " in name for name in names) >= len(names)
        if is_name_like(credit.name) and (len(names) <= _MOST_SINGLE or are_persons):
            return [credit]
    links = (link for link in element.iter("a") if _AUTHORS_PAGE.search((link.get("href") or "")[:_LONGEST_BYLINE]))
    return [credit for credit in _spoken(list(itertools.islice(links, 1))) if _is_person_like(credit.name)]


def _is_person_like(name: str) -> bool:
    """Tell whether a text is two to four words with capitals, or a lead-in with a name, and no office."""
    words = name.split()
    has_capitals = 2 <= len(words) <= _NAME_WORDS and all(word[0].isupper() for word in words)
    return is_name_like(name) and not is_office(name) and (has_capitals or is_byline(name))


def _is_dated(pieces: Sequence[str], place: int) -> bool:
    """Tell whether a piece is a person's name before a date."""
    following = "".join(pieces[place + 1 : place + 2])
    return _DATE.match(following) is not None and _is_person_like(pieces[place].strip(_MARKS))


def _names_in(item: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    inner = itertools.islice(item.iter("*"), _MOST)
    return [element for element in inner if element.get("itemprop") == "name"] or [item]


def _leads_to_author(link: lxml.html.HtmlElement) -> bool:
    relations = link.get("rel")
    return relations is not None and " author " in f" {relations} "


def _called_bylines(tags: TagIndex) -> Sequence[lxml.html.HtmlElement]:
    values = (tags.values(attribute).items() for attribute in ("class", "id"))
    named = (places for name, places in itertools.chain(*values) if _says_byline(name[:500]))
    return tags.at(set(itertools.chain.from_iterable(named)))


@functools.lru_cache(4_096)  # the elements of a list, and the pages of a site, have the same names
def _says_byline(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in _BYLINE) and _NOT_BYLINE.search(name) is None


def _beside(links: Sequence[lxml.html.HtmlElement]) -> list[lxml.html.HtmlElement]:
    """Return the first link and the other links of its byline.

    Cards further down link to their authors too.
    """
    parents = {links[0].getparent()} | (
        {links[0].getparent().getparent()} if links[0].getparent() is not None else set()
    )
    parents.discard(None)
    return [
        link
        for link in links
        if link.getparent() in parents or (link.getparent() is not None and link.getparent().getparent() in parents)
    ]


def _spoken(elements: Sequence[lxml.html.HtmlElement]) -> list[Credit]:
    texts = (" | ".join(visible_pieces(element, _LONGEST_BYLINE + 1)) for element in elements)
    return [Credit(text, is_printed=True) for text in texts if text and len(text) <= _LONGEST_BYLINE]


def labelled_credits(tags: TagIndex) -> Iterator[list[Credit]]:
    """Find names behind a label anywhere on the page: Autor: Jan Koch. For pages that name nobody else."""
    for element in tags.tagged("p", "span", "div", "li", "strong", "b", "em", "i")[:_MOST_LABELS]:
        text = element.text
        if text and len(text) < _LONGEST_BYLINE and (label := _LABEL.match(text)):
            pieces = visible_pieces(element, _LONGEST_BYLINE)
            name = label[1].strip() or next(iter(pieces[1:]), "") or _behind(element)
            if name and is_name_like(name):
                yield [Credit(name, is_printed=True)]


def _behind(element: lxml.html.HtmlElement) -> str:
    """Return the first words behind a label, within a few line breaks or in the element that follows it."""
    if text := plain_text(element.tail, _LONGEST_BYLINE):
        return text
    for sibling in itertools.islice(element.itersiblings(), _LINES):
        pieces = visible_pieces(sibling, _LONGEST_BYLINE)
        if text := " ".join(pieces) or plain_text(sibling.tail, _LONGEST_BYLINE):
            return text
    return ""


def opening_credits(tags: TagIndex) -> Iterator[list[Credit]]:
    """Find names that are the first line of a body: a paragraph that is bold as a whole, before a longer one."""
    for bold in tags.tagged("strong", "b")[:_MOST]:
        line = bold.getparent()
        following = line.getnext() if line is not None and line.tag == "p" else None
        if line is None or following is None or following.tag != "p":
            continue
        before = itertools.islice(line.itersiblings("p", preceding=True), _MOST)
        if any(len(one.text_content()) >= _PARAGRAPH for one in before):
            continue
        text = plain_text(line.text_content(), _LONGEST_BYLINE)
        names = [name.strip() for name in re.split("[/,]", text)]
        is_whole = text == plain_text(bold.text_content(), _LONGEST_BYLINE)
        if is_whole and all(map(_is_person_like, names)) and len(following.text_content()) >= _PARAGRAPH:
            yield [Credit(name, is_printed=True) for name in names]


def printed_credits(near: NearHeadline) -> Iterator[list[Credit]]:
    """Find printed bylines around the headline: By …, 文 …, … 記者."""
    for pieces in (near.below, near.above):
        for index, piece in enumerate(pieces):
            if len(piece) > _LONGEST_BYLINE // 2:
                continue
            is_before_job = index + 1 < len(pieces) and is_job(pieces[index + 1]) and is_name_like(piece)
            if labelled := _LABELLED.search(piece):
                yield [Credit(labelled[1] or labelled[2], is_printed=True)]
            elif (dated := _DATED_NAME.fullmatch(piece)) and _is_person_like(dated[1]):
                yield [Credit(dated[1], is_printed=True)]
            elif is_before_job or is_byline(piece) or _is_dated(pieces, index) or is_agency(piece):
                yield [Credit(piece, is_printed=True)]
            elif is_lead_in(piece) and index + 1 < len(pieces):
                yield [Credit(pieces[index + 1], is_printed=True)]
