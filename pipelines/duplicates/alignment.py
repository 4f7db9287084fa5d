"""Align two texts and count what an edit kept, changed and moved.

A shingle that occurs once in each text is an anchor for both. A small gap between neighbouring anchors is a
substitution. So an edit (words changed, facts kept) is told from a template filled in anew (words kept, facts changed),
which no overlap of shingles does.
"""

import dataclasses
import re

_NUMBER = r"\d+(?:[.,]\d+)*"
_SPACED_TOKEN = re.compile(rf"{_NUMBER}|[^\W\d_][^\W_]*")
_UNSPACED_TOKEN = re.compile(rf"{_NUMBER}|[^\W\d_]")

SPACED_ANCHOR, UNSPACED_ANCHOR = 3, 5  # tokens: the shingles of the design
SPACED_GAP, UNSPACED_GAP = 8, 16  # tokens: a clause at most; wider gaps are other passages, not substitutions


@dataclasses.dataclass(frozen=True, slots=True)
class Alignment:
    """The shared parts of two token sequences, the shorter one first.

    ``coverage`` is the smaller share of the two texts in matched passages, with substitutions. ``tokens`` is the length
    of the shorter one. ``substitutions`` counts the changed places within matched passages. ``numbers_kept`` and
    ``names_kept`` count those of the shorter one that are unchanged in matched passages, ``numbers_changed`` and
    ``names_changed`` those that were exchanged.
    """

    tokens: int
    coverage: float
    shorter_coverage: float
    substitutions: int
    numbers_kept: int
    numbers_changed: int
    names_kept: int
    names_changed: int

    @property
    def changed_numbers_share(self) -> float:
        """Return the share of numbers in matched passages that were changed.

        It is 0 without numbers.
        """
        return self.numbers_changed / ((self.numbers_changed + self.numbers_kept) or 1)

    @property
    def changed_names_share(self) -> float:
        """Return the same share of capitalized words."""
        return self.names_changed / ((self.names_changed + self.names_kept) or 1)


def align(text_a: str, text_b: str, *, unspaced: bool) -> Alignment:
    """Align two texts in NFKC that still have their capitals."""
    form = _UNSPACED_TOKEN if unspaced else _SPACED_TOKEN
    shorter, longer = sorted((form.findall(text_a), form.findall(text_b)), key=lambda tokens: (len(tokens), tokens))
    size, gap = (UNSPACED_ANCHOR, UNSPACED_GAP) if unspaced else (SPACED_ANCHOR, SPACED_GAP)
    exact, cover_a, cover_b, swaps = _match(shorter, longer, size, gap)
    changed_numbers = changed_names = 0
    for left, right in swaps:
        removed, added = _numbers(left), _numbers(right)
        if removed - added and added - removed:
            changed_numbers += min(len(removed - added), len(added - removed))
        names_gone, names_come = _names(left), _names(right)
        if names_gone and names_come and not names_gone & names_come:
            changed_names += 1
    kept_tokens = [token for token, same in zip(shorter, exact, strict=True) if same]
    shares = [sum(cover) / (len(cover) or 1) for cover in (cover_a, cover_b)]
    return Alignment(
        tokens=len(shorter),
        coverage=min(shares),
        shorter_coverage=shares[0],
        substitutions=len(swaps),
        numbers_kept=sum(token[0].isdigit() for token in kept_tokens),
        numbers_changed=changed_numbers,
        names_kept=sum(token[0].isupper() for token in kept_tokens),
        names_changed=changed_names,
    )


def _match(
    a: list[str], b: list[str], size: int, gap: int
) -> tuple[bytearray, bytearray, bytearray, list[tuple[list[str], list[str]]]]:
    """Verbatim and bridged coverage of ``a``, bridged coverage of ``b``, and the substitutions (a's and b's tokens)."""
    exact, cover_a, cover_b = bytearray(len(a)), bytearray(len(a)), bytearray(len(b))
    swaps: list[tuple[list[str], list[str]]] = []
    ones = b"\x01"
    end_a = end_b = -1  # just behind the previous anchor
    for i, j in _anchors(a, b, size):
        between_a, between_b = i - end_a, j - end_b
        forward = end_a >= 0 and j + size > end_b
        if forward and max(between_a, between_b) > 0 and max(between_a, between_b) <= gap:
            cover_a[end_a:i] = ones * max(between_a, 0)
            cover_b[end_b:j] = ones * max(between_b, 0)
            swaps.append((a[end_a:i], b[end_b:j]))
        exact[i : i + size] = cover_a[i : i + size] = cover_b[j : j + size] = ones * size
        end_a, end_b = i + size, j + size
    return exact, cover_a, cover_b, swaps


def _anchors(a: list[str], b: list[str], size: int) -> list[tuple[int, int]]:
    """Return the places of shingles that occur once in each text.

    The order is that of ``a``.
    """
    in_a, in_b = _places(a, size), _places(b, size)
    pairs = ((i, in_b.get(shingle, -1)) for shingle, i in in_a.items())
    return sorted((i, j) for i, j in pairs if i >= 0 and j >= 0)


def _places(tokens: list[str], size: int) -> dict[tuple[str, ...], int]:
    """Return the place of each shingle, -1 for those that occur again."""
    folded = [token.casefold() for token in tokens]
    places: dict[tuple[str, ...], int] = {}
    for i, shingle in enumerate(zip(*(folded[offset:] for offset in range(size)), strict=False)):
        places[shingle] = -1 if shingle in places else i
    return places


def _numbers(tokens: list[str]) -> set[str]:
    return {token for token in tokens if token[0].isdigit()}


def _names(tokens: list[str]) -> set[str]:
    return {token for token in tokens if token[0].isupper()}
