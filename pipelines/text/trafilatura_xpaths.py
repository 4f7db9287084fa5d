"""Search for an article's body as trafilatura does, with cached answers.

Its lists select elements by tag and attributes alone, in XPath whose patterns call Python up to six times an element.
Class names come again on every element, page and site: here each list's own conditions are read out of its XPath, tried
on each attribute's value and remembered by it. trafilatura itself is left as it is: the lists are exchanged in a second
instance of its module.

Its question for the texts of paragraphs is exchanged there, too (:func:`paragraph_texts`).

Kept for its CPU: a page takes 1.035 to 1.05 times as long without it (326 real pages, 44.8 ms to 46.6; both ways in
turn in one process, 2026-11-30). Remembering each ``re:test`` alone, by an XPath extension, gives half of that.
"""

import functools
import importlib.util
import re
from collections.abc import Iterable, Iterator
from importlib.abc import SourceLoader
from types import ModuleType
from typing import Final, cast

from lxml.etree import XPath, _Element
from trafilatura.xpaths import BODY_XPATH, OVERALL_DISCARD_XPATH, TEASER_DISCARD_XPATH

_REMEMBERED = 8_192  # values of the attributes of one condition; a page has some 30 that no page before it had
_LONGEST = 300  # characters of a value that is remembered
_PARAGRAPHS = 2_000  # characters of a document's paragraphs that are read to see whether there are enough
_PARAGRAPH_TEXTS = 'subtree.xpath("//p//text()")'  # trafilatura's own way to read them

# .//*[self::div or …][condition or …], with [1] behind it, or in brackets with [1] behind them.
_PATH = re.compile(r"\(?\.//\*(?:\[(self::\w+(?:\s+or\s+self::\w+)*)\])?\[\s*(.*?\S)\s*\]\s*\)?(?:\[1\])?", re.DOTALL)
_TAG = re.compile(r"self::(\w+)")
_TERM = re.compile(
    r"(?:(?P<call>re:test|contains|starts-with)\()?(?P<folded>translate\()?(?P<names>@[\w-]+(?:\|@[\w-]+)*)"
    r"(?(folded),\s*'(?P<capitals>[A-Z]+)',\s*'(?P<small>[a-z]+)'\))"
    r"(?(call),\s*'(?P<said>[^']*)'(?:,\s*'(?P<flags>i)')?\)|(?:='(?P<value>[^']*)')?)(?:\s+or\s+|\Z)"
)


class Selection:
    """Return what an expression selects, in document order; ``[1]`` is the caller's.

    Raises ValueError for an expression that asks for anything but what :data:`_TERM` describes.
    """

    def __init__(self, expression: XPath) -> None:
        parts = _PATH.fullmatch(expression.path.strip())
        if parts is None:
            raise ValueError(f"not a list of tags and attributes: {expression.path}")
        conditions: dict[tuple[str, ...], list[str]] = {}
        for names, pattern in _terms(parts[2]):
            conditions.setdefault(names, []).append(pattern)
        says = {names: _Values("|".join(patterns)) for names, patterns in conditions.items()}
        self._by_name: Final = {names[0]: said for names, said in says.items() if len(names) == 1}
        self._by_first: Final = [(names, said) for names, said in says.items() if len(names) > 1]
        self._tags: Final = tuple(_TAG.findall(parts[1])) if parts[1] else ("*",)

    def __call__(self, tree: _Element) -> Iterator[_Element]:
        """The elements selected; those behind one are looked at when it has been taken.

        A walk with a look at each element's attributes takes half the time of the XPath for elements that have them.
        """
        by_name, by_first = self._by_name, self._by_first
        for element in list(tree.iterdescendants(*self._tags)):
            attributes = cast("list[tuple[str, str]]", element.items())
            for name, value in attributes:
                if name in by_name and by_name[name][value]:
                    yield element
                    break
            else:
                for names, said in by_first:  # of several attributes in one condition XPath takes the one written first
                    value = next((value for name, value in attributes if name in names), "")
                    if value and said[value]:
                        yield element
                        break


def _terms(conditions: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each condition as the attributes whose first one it is about, and a pattern of the values it is true of."""
    at = 0
    while at < len(conditions):
        term = _TERM.match(conditions, at)
        if term is None:
            raise ValueError(f"not a condition on attributes: {conditions[at:]}")
        at = term.end()
        said = term["said"] or ""
        if term["call"] == "re:test":
            pattern = f"(?i:{said})" if term["flags"] else f"(?:{said})"
        elif term["call"]:
            folds = dict(zip(term["small"] or "", term["capitals"] or "", strict=True))
            letters = (f"[{one}{folds[one]}]" if one in folds else re.escape(one) for one in said)
            pattern = rf"{'' if term['call'] == 'contains' else '^'}{''.join(letters)}"
        else:
            pattern = "" if term["value"] is None else rf"\A{re.escape(term['value'])}\Z"
        yield tuple(term["names"].replace("@", "").split("|")), pattern


class _Values(dict[str, bool]):
    """Tell whether a value of an attribute has a pattern, and remember it: a dictionary, which asks no Python twice."""

    def __init__(self, pattern: str) -> None:
        super().__init__()
        self._search: Final = re.compile(pattern).search

    def __missing__(self, value: str) -> bool:
        has_it = self._search(value) is not None
        if len(value) <= _LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[value] = has_it
        return has_it


@functools.cache
def main_extractor() -> ModuleType:
    """Return an instance of ``trafilatura.main_extractor`` with cached lists."""
    spec = importlib.util.find_spec("trafilatura.main_extractor")
    if spec is None or not isinstance(spec.loader, SourceLoader):
        raise ImportError("trafilatura.main_extractor")
    module = importlib.util.module_from_spec(spec)
    source = (spec.loader.get_source(spec.name) or "").replace(_PARAGRAPH_TEXTS, "paragraph_texts(subtree)")
    exec(compile(source, spec.origin or spec.name, "exec"), vars(module))  # noqa: S102 - an installed library's own source
    vars(module).update(paragraph_texts=paragraph_texts)
    lists = {
        "BODY_XPATH": BODY_XPATH,
        "OVERALL_DISCARD_XPATH": OVERALL_DISCARD_XPATH,
        "TEASER_DISCARD_XPATH": TEASER_DISCARD_XPATH,
    }
    vars(module).update({name: remembering(expressions) for name, expressions in lists.items()})
    return module


def paragraph_texts(subtree: _Element) -> list[str]:
    """Return the texts in a document's paragraphs as ``//p//text()`` does, where that is short.

    Of a longer one the first 2,000 characters: the caller asks whether they are fewer than 750. The time of the XPath
    grows with the square of the texts' number, to seven seconds for 40,000 paragraphs.
    """
    texts: list[str] = []
    length = 0
    for paragraph in subtree.getroottree().iter("p"):
        if next(paragraph.iterancestors("p"), None) is not None:
            continue  # its texts are the outer one's
        for text in cast(Iterator[str], paragraph.itertext()):
            texts.append(text)
            length += len(text)
            if length > _PARAGRAPHS:
                return texts
    return texts


def remembering(expressions: Iterable[XPath]) -> list[XPath | Selection]:
    """Return the list with cached answers for expressions on attributes only."""
    return [_selection(one) if "re:test" in one.path or "translate(" in one.path else one for one in expressions]


def _selection(expression: XPath) -> XPath | Selection:
    try:
        return Selection(expression)
    except ValueError:
        return expression
