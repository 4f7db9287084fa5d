"""Compute the MinHash signature of a text, in the worker process.

Measured on 3,034 pairs (agency copy and edits, English and Japanese), as the share of the pairs joined by
``duplicates.comparison`` that a lookup finds: 0.82 and 0.83 by 16 MinHash bands of 4 rows, because a shortened copy has
a low Jaccard index; 0.41 and 0.43 by 9 bands of 13 rows; 0.92 and 0.94 by 32 bands of 3 rows. A sketch of the 16
shingles with the lowest hashes finds 0.99 and 0.99 in as many rows as the first (all of them where no more than a third
was cut). So a text has 16 rows of that kind, and 4 bands for texts of common phrases, whose single shingles say
nothing.
"""

import hashlib
import struct
import zlib

import rensa

from pipelines.duplicates.comparison import shingles
from storage.signature import Signature

SIGNATURE_VERSION = 1
"""Stored with every signature; raised whenever ``sign`` or ``duplicates.shingles`` change what comes out."""

PERMUTATIONS, SEED = 128, 1
BANDS, ROWS = 4, 4
SKETCH = 16

_SPREAD = 0x9E3779B1  # Knuth's multiplicative hash: neighbouring CRCs come apart


def sign(text: str, language: str) -> Signature:
    """Return the signature of a text. A text without words has no keys."""
    text_shingles = shingles(text, language)
    if not text_shingles:
        return Signature(SIGNATURE_VERSION, 0, b"", ())
    minhash = rensa.RMinHash(PERMUTATIONS, SEED)
    minhash.update(list(text_shingles))
    digest = minhash.digest()
    bands = [struct.pack(f"<B{ROWS}I", band, *digest[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]
    lowest = _lowest("\n".join(text_shingles).encode("utf-8", "surrogatepass").split(b"\n"))
    keys = [_key(b"band", band) for band in bands] + [_key(b"shingle", shingle) for shingle in lowest]
    # The lowest byte of each value is enough to estimate by: b-bit MinHash, Li and König 2010.
    return Signature(
        SIGNATURE_VERSION, len(text_shingles), bytes(value & 0xFF for value in digest), tuple(dict.fromkeys(keys))
    )


def _lowest(shingles: list[bytes]) -> list[bytes]:
    """Return the shingles with the lowest hashes, in order.

    Of equal hashes the first in the order of bytes comes first.
    """
    import numpy as np  # not above: a crawl with nothing due imports this module for its version

    hashes = np.fromiter(map(zlib.crc32, shingles), np.uint32, len(shingles)) * np.uint32(_SPREAD)  # modulo 2**32
    place = min(SKETCH, len(shingles)) - 1
    places = np.flatnonzero(hashes <= np.partition(hashes, place)[place])
    among = sorted((int(hashes[place]), shingles[place]) for place in places)
    return [shingle for _, shingle in among[:SKETCH]]


def _key(kind: bytes, content: bytes) -> int:
    """Return 64 bits as a signed integer.

    With 32 bits, keys would collide by chance among 10 million articles.
    """
    person = kind + str(SIGNATURE_VERSION).encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8, person=person).digest(), signed=True)
