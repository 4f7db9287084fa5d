"""Parse queries: words, "phrases", -exclusions, OR, prefixes*, NEAR and fields."""

import datetime
import re
import zoneinfo
from collections.abc import Iterator

from storage.search.folding import PIECE, WORD, Piece, bare_word, fold, split_pieces
from storage.search.nodes import FILTERS, All, Filter, Near, Node, Not, Query, QueryError, Some, Word, children, walk
from storage.search.occurrences import bounded, exact_pattern
from storage.search.terms import Term
from storage.search.variants import fold_variants, is_acronym, sign_words, spellings

QUERY_LIMIT = 2_000
"""Characters of a query: a long headline has 300, a watch for forty names in both languages 1,000."""

TERMS_LIMIT = 100
"""Words and filters of a query."""

DEPTH_LIMIT = 10
"""Parentheses within parentheses."""

NEAR_DISTANCE = 10
"""Words, or CJK characters, between the words of a NEAR that names no number."""

_FIELDS = ("title", *FILTERS)
_FORM = "[(（](?:株|有|同|財|社)[)）]"
"""A company's form in parentheses, which is no group: (株)."""

_PLAIN = r"[^\s()（）]"
_TOKEN = re.compile(
    rf"(?P<open>(?P<not_group>[-－−])?(?!{_FORM})[(（])|(?P<close>[)）])"
    rf"|(?P<minus>[-－−])?(?:(?P<field>{'|'.join(_FIELDS)})[:：](?=\S))?"
    r'(?:["＂“”](?P<phrase>[^"＂“”]*)["＂“”]?'
    rf"|(?P<word>(?:{_FORM}|{_PLAIN}){_PLAIN}*(?:[(（]{_PLAIN}*[)）]{_PLAIN}*)*))"
)
_NEAR = re.compile(r"NEAR(?:/(\d{1,3}))?")
_SIGNS = "%‰$€£¥₩#&+°@"
_SIGNED = re.compile(rf"{WORD}[{_SIGNS}]|[{_SIGNS}]{WORD}")
_DOTTED = re.compile(r"[A-Za-z](?:\.[A-Za-z])+\.?")
_AGO = re.compile(r"(\d{1,5})([dh])")
_DAYS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def parse_query(text: str, timezone: str = "UTC", now: datetime.datetime | None = None) -> Query:
    """Parse a query; days are those of ``timezone``, ages are counted from ``now``.

    Raises QueryError for what is too long, for a time that is none and for a prefix of one letter. What has no
    meaning, such as a quote too many, means nothing.
    """
    if len(text) > QUERY_LIMIT:
        msg = f"the query has {len(text):,} characters; at most {QUERY_LIMIT:,} are searched for"
        raise QueryError(msg)
    parser = _Parser(text, timezone, now or datetime.datetime.now(datetime.UTC))
    node = parser.parse_group(0)
    query = Query(() if node is None else node.parts if isinstance(node, All) else (node,))
    terms = sum(1 for part in query.parts for each in walk(part) if not children(each))
    if terms > TERMS_LIMIT:
        msg = f"the query has {terms:,} words; at most {TERMS_LIMIT} are searched for"
        raise QueryError(msg)
    return query


class _Parser:
    """Read tokens from left to right; every group ends at its parenthesis or at the end."""

    def __init__(self, text: str, timezone: str, now: datetime.datetime) -> None:
        self._tokens = list(_TOKEN.finditer(text))
        self._at = 0
        self._zone = zoneinfo.ZoneInfo(timezone)
        self._now = now

    def parse_group(self, depth: int) -> Node | None:
        """Parse up to the closing parenthesis. OR joins its neighbours, before the rest is joined by AND."""
        if depth > DEPTH_LIMIT:
            msg = f"the query has parentheses within parentheses; at most {DEPTH_LIMIT} deep are read"
            raise QueryError(msg)
        parts: list[Node] = []
        joins = False
        for token in self._until_closed(depth):
            if token["word"] in ("OR", "|") and not token["field"] and not token["minus"]:
                joins = bool(parts)
                continue
            near = _NEAR.fullmatch(token["word"] or "")
            if near and not token["field"] and self._joins_near(parts, int(near[1] or NEAR_DISTANCE)):
                continue
            if token["word"] == "AND" and parts:
                continue
            node = self._parse_token(token, depth)
            if node is None:
                continue
            parts = [*parts[:-1], _either(parts[-1], node)] if joins else [*parts, node]
            joins = False
        parts = list(dict.fromkeys(parts))
        return None if not parts else parts[0] if len(parts) == 1 else All(tuple(_flat(parts)))

    def _until_closed(self, depth: int) -> Iterator[re.Match[str]]:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token["close"]:
                if depth:
                    return
                continue
            yield token

    def _joins_near(self, parts: list[Node], distance: int) -> bool:
        """Join the last word and the next one, if both are words."""
        following = self._tokens[self._at] if self._at < len(self._tokens) else None
        if not parts or not isinstance(parts[-1], Word) or following is None or following["close"]:
            return False
        node = None if following["open"] or following["minus"] else self._parse_token(following, 0)
        if not isinstance(node, Word):
            return False
        self._at += 1
        parts[-1] = Near(parts[-1], node, distance)
        return True

    def _parse_token(self, token: re.Match[str], depth: int) -> Node | None:
        node: Node | None
        if token["open"]:
            node = self.parse_group(depth + 1)
            return Not(node) if node is not None and token["not_group"] else node
        quoted = token["phrase"] is not None
        value = token["phrase"] if quoted else token["word"]
        if token["field"] in FILTERS:
            node = self._filter(token["field"], value.strip())
        else:
            node = _word(value, quoted, in_title=token["field"] == "title")
        return Not(node) if node is not None and token["minus"] else node

    def _filter(self, kind: str, value: str) -> Filter | None:
        if not value:
            return None
        if kind == "author":
            return Filter(kind, author_key(value)) if author_key(value) else None
        if kind in ("after", "before"):
            return Filter(kind, self._moment(kind, value))
        return Filter(kind, value if kind == "source" else value.lower())

    def _moment(self, kind: str, value: str) -> datetime.datetime:
        try:
            if ago := _AGO.fullmatch(value):
                return self._now - datetime.timedelta(hours=int(ago[1]) * (24 if ago[2] == "d" else 1))
            if day := _DAYS.fullmatch(value):
                begin = datetime.datetime(int(day[1]), int(day[2] or 1), int(day[3] or 1), tzinfo=self._zone)
                return begin.astimezone(datetime.UTC)
        except (ValueError, OverflowError):
            pass
        msg = f'{kind}:{value}: "{value}" is no time; allowed: 2026-10-05, 2026-10, 2026, or an age such as 7d or 12h'
        raise QueryError(msg)


def author_key(names: str) -> str:
    """Fold the names of authors, without spaces: 山田 太郎 is 山田太郎."""
    return "".join(fold_variants(fold(names))[0].split())


def _flat(parts: list[Node]) -> Iterator[Node]:
    for part in parts:
        yield from part.parts if isinstance(part, All) else (part,)


def _either(one: Node, other: Node) -> Some:
    return Some((*(one.parts if isinstance(one, Some) else (one,)), other))


def _word(value: str, quoted: bool, *, in_title: bool) -> Word | None:
    if quoted:
        spelled = fold(value)
        forms = [Term(_pieces(spelled), exact_pattern(spelled))] if _pieces(spelled) else []
    elif _DOTTED.fullmatch(value.strip("\"'“”‘’「」『』,;:!?")) or is_acronym(value):
        forms = _acronym(re.sub(r"[^A-Za-z]", "", value))
    else:
        forms = list(_forms(value))
    return Word(tuple(dict.fromkeys(forms)), in_title) if forms else None


def _forms(value: str) -> Iterator[Term]:
    is_prefix = value.endswith(("*", "＊"))
    spelled = fold(value.rstrip("*＊"))
    if _SIGNED.search(spelled) and not is_prefix:
        yield Term(_pieces(spelled), _signed_pattern(spelled))
        return
    for spelling in spellings(fold_variants(spelled)[0]):
        pieces = _pieces(spelling)
        if re.search(_FORM, spelling):  # 株 is no word by itself
            yield Term(pieces, re.escape(spelling))
        elif pieces:
            yield _with_prefix(spelling, pieces) if is_prefix and not pieces[-1].is_run else Term(pieces)


def _with_prefix(spelling: str, pieces: tuple[Piece, ...]) -> Term:
    last = bare_word(list(PIECE.finditer(spelling))[-1].group())
    if len(last) < 2:
        msg = f"{spelling}*: a prefix has at least 2 letters"
        raise QueryError(msg)
    return Term((*pieces[:-1], Piece(last, is_run=False)), is_prefix=True)


def _acronym(letters: str) -> list[Term]:
    """Find U.S. in any case, and US in capitals."""
    dotted = r"\.\s?".join(letters.lower())
    return [
        Term(tuple(Piece(letter, is_run=False) for letter in letters.lower()), bounded(dotted, letters, letters)),
        Term(_pieces(letters.lower()), bounded(letters.upper(), letters, letters), is_cased=True),
    ]


def _signed_pattern(spelled: str) -> str:
    """Write the pattern of a word with signs: 10% is no other 10."""
    matches = list(PIECE.finditer(spelled))
    core = spelled[matches[0].start() :]
    before = re.search(rf"[{_SIGNS}]*$", spelled[: matches[0].start()])
    parts = [re.escape(before.group()) if before else ""]
    for piece in re.split(rf"([{_SIGNS}]+)", core.rstrip(".,;:!?)]}。、」』")):
        words = "".join(rf"|[\s-]?{bounded(re.escape(word), '', word[-1])}" for word in sign_words(piece))
        is_sign = bool(piece) and piece[0] in _SIGNS
        parts.append(rf"(?:\s?{re.escape(piece)}{words})" if is_sign else re.escape(piece))
    pattern = "".join(parts)
    if spelled[:1].isdigit():
        pattern = r"(?<!\d[.,])" + pattern
    if spelled[-1:].isdigit():
        pattern += r"(?![.,]?\d)"
    return bounded(pattern, spelled[0], spelled[-1])


def _pieces(folded: str) -> tuple[Piece, ...]:
    return tuple(piece for piece, _, _ in split_pieces(fold_variants(folded)[0]))
