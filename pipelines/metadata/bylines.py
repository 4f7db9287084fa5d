"""Find authors in markup: meta tags, microdata, ``rel=author``, byline classes."""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence

import lxml.html

from pipelines.metadata.authors import Credit, is_byline, is_job, is_lead_in, is_name_like
from pipelines.metadata.jsonld import Json, Thing
from pipelines.metadata.meta_tags import Markup, metadata_names
from pipelines.metadata.near_headline import visible_pieces, words_above, words_below

_MOST = 60
_LONGEST_BYLINE = 200
_BYLINE = re.compile(r"byline|author|writer|reporter|kisha|journalist", re.IGNORECASE)
_REL_AUTHOR = lxml.etree.XPath("//a[contains(concat(' ', @rel, ' '), ' author ')]")
# A name behind its label in a longer head line: 来源：新华网 作者：王小明 责编：李四
_LABELLED = re.compile(r"(?:作者|撰文|撰稿|记者|執筆者?|筆者)\s?[:：]\s?([^\s:：|／/]{2,20})")
_NOT_BYLINE = re.compile(
    r"comment|related|card|bio|profile|avatar|image|img|icon|follow|widget|share|photo|authority|footer|nav",
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


def markup_credits(tree: lxml.html.HtmlElement, markup: Markup) -> Iterator[list[Credit]]:
    """Find authors in microdata, ``rel=author`` links and byline classes, lazily."""
    items = [item for item in markup.items if (item.get("itemprop") or "").lower() == "author"]
    names = (name for item in items[:_MOST] for name in _names_in(item))
    yield _spoken(list(itertools.islice(names, _MOST)))
    linked = _REL_AUTHOR(tree)
    if isinstance(linked, list) and linked:
        yield _spoken(_beside([link for link in linked[:_MOST] if isinstance(link, lxml.html.HtmlElement)]))
    # A loop here is five times as fast as XPath's contains() for each word.
    for element in itertools.islice(filter(_is_called_byline, tree.iter("*")), _MOST):
        yield from ([credit] for credit in _spoken([element]) if is_name_like(credit.name))


def _names_in(item: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    inner = itertools.islice(item.iter("*"), _MOST)
    return [element for element in inner if element.get("itemprop") == "name"] or [item]


def _is_called_byline(element: lxml.html.HtmlElement) -> bool:
    name, number = element.get("class"), element.get("id")
    return bool((name and _says_byline(name[:500])) or (number and _says_byline(number[:500])))


@functools.lru_cache(4_096)  # the elements of a list, and the pages of a site, have the same names
def _says_byline(name: str) -> bool:
    return _BYLINE.search(name) is not None and _NOT_BYLINE.search(name) is None


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
    return [Credit(text) for text in texts if text and len(text) <= _LONGEST_BYLINE]


def printed_credits(headline: lxml.html.HtmlElement | None) -> Iterator[list[Credit]]:
    """Find printed bylines around the headline: By …, 文 …, … 記者."""
    for pieces in (words_below(headline), words_above(headline)) if headline is not None else ():
        for index, piece in enumerate(pieces):
            if len(piece) > _LONGEST_BYLINE // 2:
                continue
            is_before_job = index + 1 < len(pieces) and is_job(pieces[index + 1]) and is_name_like(piece)
            if labelled := _LABELLED.search(piece):
                yield [Credit(labelled[1])]
            elif is_before_job or is_byline(piece):
                yield [Credit(piece)]
            elif is_lead_in(piece) and index + 1 < len(pieces):
                yield [Credit(pieces[index + 1])]
