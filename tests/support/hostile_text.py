"""Generate hostile text."""

from hypothesis import strategies as st

#: What breaks tokenisers: half-width kana with marks, ligatures, astral Han, quotes, minus signs, escapes.
HOSTILE = st.text(
    st.one_of(st.sampled_from("韓国ｶﾞパーー−々〆\"“”-－*:()^'’ﬁß𠮷\u202e\u200b\x1b\x00 \u3000\nA1é"), st.characters()),
    max_size=80,
)
