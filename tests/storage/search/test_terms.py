"""Texts and queries become the same terms, however they are spelt; no string is an error."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.search.folding import fold, fold_with_offsets
from storage.search.nodes import Not, QueryError, Word
from storage.search.occurrences import FEW, FoldedText, SearchedText, count_occurrences, find_spans
from storage.search.parse import parse_query
from storage.search.snippets import cut_snippet, mark_terms
from storage.search.terms import WHOLE, index_terms, lookups
from storage.search.variants import fold_variants
from tests.support.hostile_text import HOSTILE


def holds(text: str, term: str) -> bool:
    return any(any(find_spans(form, FoldedText(text))) for form in parse_query(term).terms)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("ｺﾝﾋﾟｭｰﾀｰの値段", "コンピューター"),
        ("コンピュ−タの値段", "コンピュータ"),
        ("ＮＨＫが２０２６年に", "nhk"),
        ("人々の声", "人々"),
        ("人々の声", "々"),
        ("韓国の首相", "首"),
        ("𠮷野家で", "𠮷野"),
        ("Japan’s rates were rising", "japan"),
        ("Japan’s rates were rising", "rate"),
        ("Japan’s rates were rising", "Rising rates"[7:]),
        ("The running mate", "runs"),
        ("A café in Zürich", "cafe"),
        ("ジョー・バイデン前大統領", "ジョー・バイデン"),
        ("AI規制の案", "AI規制"),
        ("新AI規制案", "AI規制"),
        ("the U.S. economy", "U.S."),
        ("in\u00adter\u200bnational", "international"),
    ],
)
def test_other_spellings_are_found(text: str, term: str) -> None:
    assert holds(text, term)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("東京。京都", "東京京都"),
        ("ひらがな", "ヒラガナ"),
        ("interest in high rates", '"interest rates"'),
        ("AIの規制", "AI規制"),
        ("国韓", "韓国"),
        ("housing", "us"),
    ],
)
def test_what_only_looks_alike_is_not_found(text: str, term: str) -> None:
    assert not holds(text, term)


def test_a_query_is_words_phrases_and_exclusions() -> None:
    query = parse_query('韓国　"interest rates" -選挙 −"snap poll" 「関税」 - "" !!')
    assert [[piece.text for piece in term.pieces] for term in query.terms] == [["韓国"], ["interest", "rate"], ["関税"]]
    unwanted = [part.part for part in query.parts if isinstance(part, Not)]
    pieces = [[piece.text for piece in each.forms[0].pieces] for each in unwanted if isinstance(each, Word)]
    assert pieces == [["選挙"], ["snap", "poll"]]


@given(HOSTILE, HOSTILE)
@settings(max_examples=300, deadline=None)
def test_whatever_a_text_holds_the_index_has_the_terms_for_it(before: str, term: str) -> None:
    text = f"{before} {term} and more"
    for words in (term, f'"{term}"'):
        try:
            wanted = parse_query(words).terms
        except QueryError:
            continue
        for form in wanted:
            if any(find_spans(form, FoldedText(text))):
                terms = index_terms(fold_variants(fold(text))[0]).terms.split(" ")
                for lookup in lookups(form):
                    begun = (lookup.text, WHOLE + lookup.text) if lookup.in_whole else (lookup.text,)
                    assert any(each.startswith(begun) if lookup.is_prefix else each == lookup.text for each in terms)


@given(HOSTILE, HOSTILE)
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_cut_and_marked_for_any_query(text: str, words: str) -> None:
    try:
        terms = parse_query(words).terms
    except QueryError:
        return
    for cut in (mark_terms(text, terms), cut_snippet(text, terms, width=20)):
        ends = [0, *(place for mark_ in cut.marks for place in mark_), len(cut.text)]
        assert ends == sorted(ends)
    assert len(fold_with_offsets(text)[1]) == len(fold_with_offsets(text)[0])


@given(st.text(st.sampled_from("韓国ｶﾞﾊﾟーヴé’A ﷺß\n"), max_size=60))
def test_folding_with_offsets_folds_the_same(text: str) -> None:
    assert fold_with_offsets(text)[0] == fold(text)


def test_a_snippet_shows_most_of_the_terms_marked_in_the_publishers_own_spelling() -> None:
    text = "前置き。" * 80 + "日銀は利上げを見送った。ＮＨＫによると、物価は落ち着いている。" + "後書き。" * 80
    cut = cut_snippet(text, parse_query("nhk 利上げ").terms)
    assert [cut.text[start:end] for start, end in cut.marks] == ["利上げ", "ＮＨＫ"]
    assert cut.text.startswith("…")
    assert cut.text.endswith("…")
    assert len(cut.text) < 110


def test_half_width_kana_are_marked_whole() -> None:
    title = mark_terms("新型ｶﾞｰﾄﾞ発売", parse_query("ガード").terms)
    assert [title.text[start:end] for start, end in title.marks] == ["ｶﾞｰﾄﾞ"]


MIXED = "國国髙高ヴァイオこゝゞろｶﾞガー−-株㈱㍿会社令和8渡邊ｺﾝﾋﾟｭ\u200b\u00ad学學か゛\u3099㌔ǰÅ´ＡＩ　（"
"""Characters that fold by themselves, together with their neighbours, into several, or into nothing."""


def test_texts_fold_the_same_by_characters_as_by_normalizing() -> None:
    blocks = ((0, 0x2B0), (0x2010, 0x2060), (0x3000, 0x3100), (0x3190, 0x31A0), (0xFF01, 0xFFE7))
    for character in (chr(code) for first, end in blocks for code in range(first, end)):
        if unicodedata.category(character) not in ("Cf", "Pd", "Pi", "Pf", "Lm") and character != "\u2212":
            for text in (f"漢{character}ヲ", f"か{character}ー", f"a{character}\u0301b"):
                once = unicodedata.normalize("NFKC", text).casefold()
                assert fold(text) == unicodedata.normalize("NFKC", once).replace("ʼ", "'"), repr(text)


@given(st.text(st.sampled_from(MIXED), min_size=2, max_size=30), st.data())
def test_a_text_is_counted_in_as_if_it_were_folded(text: str, data: st.DataObject) -> None:
    folded = FoldedText(text)
    start = data.draw(st.integers(0, max(0, len(folded.text) - 2)))
    for term in parse_query(folded.text[start : start + data.draw(st.integers(2, 5))]).terms:
        assert SearchedText(text).count(term) == count_occurrences(term, folded)
        assert SearchedText(text).spans(term) == list(find_spans(term, folded))


@given(
    st.lists(
        st.sampled_from(("rate", "Rates", "rated", "rat", "o'rate", "it's", "crate", "x-rated", "RATING.")), max_size=9
    )
)
def test_english_words_are_counted_by_their_stems(words: list[str]) -> None:
    [term] = parse_query("rates").terms
    folded = FoldedText(" ".join(words))
    found = len(list(find_spans(term, folded)))
    assert [count_occurrences(term, folded) for _ in range(FEW + 1)] == [found] * (FEW + 1)
    assert found == sum(1 for piece, _, _ in folded.pieces if piece.text == "rate")
