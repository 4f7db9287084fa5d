"""Describe the structure of a text: what each line is, its links, the pictures between lines.

The text itself is stored once, as ``text``. Its structure refers to the text by line, so it costs a tenth of what HTML
would. Whatever removes or joins lines calls :func:`fit` or :func:`join_bodies` with it.
"""

import bisect
import dataclasses
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence

PLAIN = "p"
"""The code of a paragraph, and of a line that nothing is known of."""

CODE = re.compile(r"p|h[234]|q|[uo][1-9]?|[rcRC](?:[1-9]\d?)?|\.")
"""What a line is.

``p`` a paragraph, ``h2`` to ``h4`` a heading, ``q`` a paragraph of a quotation, ``u`` and ``o`` an item of a bulleted
or numbered list (``u2``: of a list within an item), ``r`` the first and ``c`` a further cell of a row (capitals:
header cells; ``c2``: after two empty cells), ``.`` another line of the paragraph, item or cell before it.
"""

_RUN = re.compile(rf"([1-9]\d*)({CODE.pattern})")
_MOST_LINES = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class BodyLink:
    """A link in a line: ``text`` begins at character ``start`` of it. ``is_own`` says that it stays on the site."""

    line: int
    start: int
    text: str
    url: str
    is_own: bool


@dataclasses.dataclass(frozen=True, slots=True)
class BodyImage:
    """A picture before line ``line``; after the last line where that is the number of lines.

    ``width`` and ``height`` are in pixels as the page declares them, else None.
    """

    line: int
    url: str
    caption: str = ""
    credit: str = ""
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Body:
    """The structure of a text of ``len(codes)`` lines."""

    codes: tuple[str, ...] = ()
    links: tuple[BodyLink, ...] = ()
    images: tuple[BodyImage, ...] = ()


def pack(body: Body) -> str:
    """Write a structure as it is stored: JSON, or "" for plain paragraphs."""
    if not body.links and not body.images and all(code == PLAIN for code in body.codes):
        return ""
    runs = (f"{sum(1 for _ in same)}{code}" for code, same in itertools.groupby(body.codes))
    stored: dict[str, object] = {"lines": " ".join(runs)}
    if body.links:
        stored["links"] = [[link.line, link.start, link.text, link.url, int(link.is_own)] for link in body.links]
    if body.images:
        stored["images"] = [
            [image.line, image.url, image.caption, image.credit, image.alt, image.width, image.height]
            for image in body.images
        ]
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":"))


def unpack(packed: str, text: str) -> Body:
    """Read a stored structure; plain paragraphs where it is "" or none of this text."""
    number = text.count("\n") + 1
    plain = Body((PLAIN,) * number)
    if not packed:
        return plain
    try:
        stored = json.loads(packed)
        codes = tuple(_codes(stored["lines"]))
        links = tuple(_link(*row) for row in stored.get("links", ()))
        images = tuple(BodyImage(*row) for row in stored.get("images", ()))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return plain
    return Body(codes, links, images) if len(codes) == number else plain


def _link(line: int, start: int, text: str, url: str, is_own: int) -> BodyLink:
    return BodyLink(line, start, text, url, bool(is_own))


def _codes(runs: str) -> Iterator[str]:
    for run in runs.split():
        match = _RUN.fullmatch(run)
        if match is None or int(match[1]) > _MOST_LINES:
            raise ValueError(run)
        yield from itertools.repeat(match[2], int(match[1]))


def fit(packed: str, before: str, text: str) -> str:
    """Give the stored structure of ``before`` for ``text``, which has some of its lines, in their order.

    Other lines of ``text`` are plain paragraphs.
    """
    if not packed or before == text:
        return packed
    return pack(fit_lines(unpack(packed, before), before.split("\n"), text.split("\n")))


def fit_lines(body: Body, before: Sequence[str], lines: Sequence[str]) -> Body:
    """Give the structure of the lines ``before`` for ``lines``, as :func:`fit` does."""
    origins = list(_origins(before, lines))
    places = {origin: place for place, origin in enumerate(origins) if origin is not None}
    codes = tuple(PLAIN if origin is None else body.codes[origin] for origin in origins)
    links = (dataclasses.replace(link, line=places[link.line]) for link in body.links if link.line in places)
    known = sorted(places)
    images = []
    for image in body.images:
        following = bisect.bisect_left(known, image.line)
        line = places[known[following]] if following < len(known) else len(lines)
        images.append(dataclasses.replace(image, line=line))
    return Body(codes, tuple(links), tuple(images))


def _origins(before: Sequence[str], lines: Iterable[str]) -> Iterator[int | None]:
    """For each line the place of its first likeness behind the line before it."""
    places: dict[str, list[int]] = {}
    for place, line in enumerate(before):
        places.setdefault(line, []).append(place)
    at = 0
    for line in lines:
        likenesses = places.get(line, [])
        number = bisect.bisect_left(likenesses, at)
        if number == len(likenesses):
            yield None
        else:
            at = likenesses[number] + 1
            yield likenesses[number]


def join_bodies(parts: Sequence[tuple[str, str]]) -> str:
    """Join texts with their stored structures: that of the texts joined by newlines."""
    if not any(packed for _, packed in parts):
        return ""
    codes: list[str] = []
    links: list[BodyLink] = []
    images: list[BodyImage] = []
    for text, packed in parts:
        body = unpack(packed, text)
        links += (dataclasses.replace(link, line=link.line + len(codes)) for link in body.links)
        images += (dataclasses.replace(image, line=image.line + len(codes)) for image in body.images)
        codes += body.codes
    return pack(Body(tuple(codes), tuple(links), tuple(images)))
