"""Define a text's signature for near-duplicates, and compare two of them."""

import dataclasses
import operator

_CHANCE = 1 / 256  # that bytes of different values agree


@dataclasses.dataclass(frozen=True, slots=True)
class Signature:
    """What the index of near-duplicates stores of a text.

    ``version`` is the algorithm's, ``shingles`` their number, ``minhash`` the lowest byte of each MinHash value.
    ``keys`` (64 bits, signed) are the rows in the index: texts that share one are compared. A text without words has
    none.
    """

    version: int
    shingles: int
    minhash: bytes
    keys: tuple[int, ...]


def estimated_containment(a: Signature, b: Signature) -> float:
    """Estimate the share of the smaller text's shingles in the other, 0 to 1.

    It is off by 0.05 to 0.2.
    """
    smaller, larger = sorted((a.shingles, b.shingles))
    if not smaller or a.version != b.version or len(a.minhash) != len(b.minhash):
        return 0.0
    agreed = sum(map(operator.eq, a.minhash, b.minhash)) / len(a.minhash)
    jaccard: float = max(0.0, (agreed - _CHANCE) / (1 - _CHANCE))
    return min(1.0, jaccard * (smaller + larger) / ((1 + jaccard) * smaller))
