"""Signatures: the same everywhere, small, and telling."""

import hashlib

import pytest

from pipelines.duplicates.minhash import SIGNATURE_VERSION, sign
from storage.signature import estimated_containment
from tests.support.near_texts import japanese_report, report

SIGNED = {"en": "4fac", "ja": "3676"}


@pytest.mark.parametrize(("language", "text"), [("en", report(1)), ("ja", japanese_report(1))])
def test_a_text_is_signed_alike_everywhere_or_the_version_is_raised(language: str, text: str) -> None:
    signature = sign(text, language)
    content = repr((signature.shingles, signature.minhash, signature.keys)).encode()
    assert (SIGNATURE_VERSION, hashlib.blake2b(content, digest_size=2).hexdigest()) == (1, SIGNED[language])


@pytest.mark.parametrize("text", ["", " \n", "…！？"])
def test_a_text_without_words_has_no_keys(text: str) -> None:
    assert sign(text, "en").keys == ()


@pytest.mark.parametrize("text", ["word", "\ud800 lone", "語", "a" * 100_000])
def test_any_text_with_words_can_be_signed(text: str) -> None:
    assert 0 < len(sign(text, "en").keys) <= 20
    assert len(sign(text, "ja").minhash) == 128


@pytest.mark.parametrize("share", [0.3, 0.6, 1.0])
def test_the_share_of_a_shortened_text_is_estimated_from_signatures_alone(share: float) -> None:
    text = report(1, 40)
    short = text[: int(len(text) * share)]
    assert estimated_containment(sign(text, "en"), sign(short, "en")) == pytest.approx(1.0, abs=0.3)
    others = " ".join(map(str, range(300)))
    assert estimated_containment(sign(others, "en"), sign(short, "en")) < 0.25
