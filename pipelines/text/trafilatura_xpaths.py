"""Search for an article's body as trafilatura does, with cached answers.

Its lists select elements by tag and attributes alone, in XPath whose patterns call Python up to six times an element.
Class names come again on every element, page and site: here each list's own conditions are read out of its XPath, tried
on each attribute's value and remembered by it.

Kept for its CPU: a page takes 1.035 to 1.05 times as long without it (326 real pages, 44.8 ms to 46.6; both ways in
turn in one process, 2026-11-30). Remembering each ``re:test`` alone, by an XPath extension, gives half of that.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from lxml.etree import XPath, _Element

_REMEMBERED = 8_192  # values of the attributes of one condition; a page has some 30 that no page before it had
_LONGEST = 300  # characters of a value that is remembered

# .//*[self::div or …][condition or …], with [1] behind it, or in brackets with [1] behind them.
_PATH = re.compile(r"\(?\.//\*(?:\[(self::\w+(?:\s+or\s+self::\w+)*)\])?\[\s*(.*?\S)\s*\]\s*\)?(?:\[1\])?", re.DOTALL)
_TAG = re.compile(r"self::(\w+)")
_TERM = re.compile(
    r"(?:(?P<call>re:test|contains|starts-with)\()?(?P<folded>translate\()?(?P<names>@[\w-]+(?:\|@[\w-]+)*)"
    r"(?(folded),\s*'(?P<capitals>[A-Z]+)',\s*'(?P<small>[a-z]+)'\))"
    r"(?(call),\s*'(?P<said>[^']*)'(?:,\s*'(?P<flags>i)')?\)|(?:='(?P<value>[^']*)')?)(?:\s+or\s+|\Z)"
)


class Selections:
    """Say which of several expressions select an element.

    Raises ValueError for an expression that asks for anything but what :data:`_TERM` describes.
    """

    def __init__(self, expressions: Sequence[XPath]) -> None:
        patterns: dict[str, dict[int, str]] = {}
        self._by_first: Final[list[tuple[int, int, tuple[str, ...]]]] = []
        self._by_tag: Final[dict[str, int]] = {}
        for place, expression in enumerate(expressions):
            own = 1 << place
            tags, conditions = _conditions(expression)
            for tag in tags:
                self._by_tag[tag] = self._by_tag.get(tag, 0) | own
            for names, pattern in conditions.items():
                bit = own
                if len(names) > 1:  # the bit says that one of them has the pattern, not yet that the first one has it
                    bit = 1 << (len(expressions) + len(self._by_first))
                    self._by_first.append((bit, own, names))
                for name in names:
                    patterns.setdefault(name, {})[bit] = pattern
        self._values: Final = {name: _Values(by_bit) for name, by_bit in patterns.items()}

    def __call__(self, tree: _Element) -> Iterator[tuple[_Element, int]]:
        """The elements selected in document order, with a bit for each expression; ``[1]`` is the caller's.

        The tree must stay as it is meanwhile. A walk with a look at each element's attributes takes half the time of
        the XPath for elements that have them.
        """
        values = self._values
        for element in tree.iterdescendants("*" if "*" in self._by_tag else tuple(self._by_tag)):
            bits = 0
            attributes = cast("list[tuple[str, str]]", element.items())
            for name, value in attributes:
                if name in values:
                    bits |= values[name][value]
            if bits and (bits := self._selecting(bits, element, attributes)):
                yield element, bits

    def _selecting(self, bits: int, element: _Element, attributes: list[tuple[str, str]]) -> int:
        """Leave the bits of expressions: of several attributes in one condition XPath takes the one written first."""
        for bit, own, names in self._by_first:
            if bits & bit:
                name, value = next((name, value) for name, value in attributes if name in names)
                if value and self._values[name][value] & bit:
                    bits |= own
        return bits & (self._by_tag.get(element.tag, 0) | self._by_tag.get("*", 0))


class Selection:
    """Return what an expression selects, in document order, from a tree that stays as it is meanwhile."""

    def __init__(self, expression: XPath) -> None:
        self._selections: Final = Selections([expression])

    def __call__(self, tree: _Element) -> Iterator[_Element]:
        """The elements selected; those behind one are looked at when it has been taken."""
        return (element for element, _ in self._selections(tree))


def _conditions(expression: XPath) -> tuple[tuple[str, ...], dict[tuple[str, ...], str]]:
    """The tags that an expression selects, and a pattern for the first one of each tuple of attributes."""
    parts = _PATH.fullmatch(expression.path.strip())
    if parts is None:
        raise ValueError(f"not a list of tags and attributes: {expression.path}")
    patterns: dict[tuple[str, ...], list[str]] = {}
    for names, pattern in _terms(parts[2]):
        patterns.setdefault(names, []).append(pattern)
    tags = tuple(_TAG.findall(parts[1])) if parts[1] else ("*",)
    return tags, {names: "|".join(each) for names, each in patterns.items()}


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


class _Values(dict[str, int]):
    """Tell which patterns an attribute's value has, a bit each, and remember it. A dictionary asks no Python twice."""

    def __init__(self, patterns: Mapping[int, str]) -> None:
        super().__init__()
        self._searches: Final = [(bit, re.compile(pattern).search) for bit, pattern in patterns.items()]

    def __missing__(self, value: str) -> int:
        bits = 0
        for bit, search in self._searches:
            if search(value) is not None:
                bits |= bit
        if len(value) <= _LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[value] = bits
        return bits
