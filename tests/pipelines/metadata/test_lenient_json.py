"""JSON that a hand wrote, with the faults that hands make."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.metadata.lenient_json import mend_json
from tests.support.metadata_pages import declared, page

ARTICLE = '"@type": "NewsArticle", "headline": "x", "author": {"name": "Nora Whitcombe"}'


@pytest.mark.parametrize(
    ("broken", "value"),
    [
        (r"""{"a": "it\'s"}""", {"a": "it's"}),
        (r'{"a": "50\% off \d"}', {"a": "50% off d"}),
        ('// data\n{"a": 1}', {"a": 1}),
        ('/* data */ {"a": /* one */ 1}', {"a": 1}),
        ('<!--//<![CDATA[\n{"a": 1}\n//]]>-->', {"a": 1}),
        ('{"a": 1,, "b": 2,}', {"a": 1, "b": 2}),
        ("[1, 2, , 3,]", [1, 2, 3]),
        ('{"a": "the "big" one"}', {"a": 'the "big" one'}),
        ('{"a": "he said "yes", then left", "b": ["x"]}', {"a": 'he said "yes", then left', "b": ["x"]}),
        ('{"a": "https://news.example/1", "b": "a, b // c /* d */"}', None),
    ],
)
def test_the_faults_of_hands_are_mended_and_what_is_right_stays(broken: str, value: object) -> None:
    assert json.loads(mend_json(broken)) == (json.loads(broken) if value is None else value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_valid_json_keeps_its_value(value: object) -> None:
    for ascii_only in (True, False):
        assert json.loads(mend_json(json.dumps(value, ensure_ascii=ascii_only))) == value


@given(st.text(alphabet='"\\{}[],:/*\n<!-> ab1', max_size=60))
def test_any_text_is_some_text(text: str) -> None:
    assert isinstance(mend_json(text), str)


@pytest.mark.parametrize(
    "script",
    [
        '{%s, "description": "it\\\'s"}',
        "<!--//<![CDATA[\n{%s}\n//]]>-->",
        "// structured data\n{%s}",
        '{%s, "description": "the "big" one"}',
        '{%s,, "dateModified": "2026-10-06"}',
    ],
)
def test_the_author_of_broken_jsonld_is_read(script: str) -> None:
    html = page(head=f'<script type="application/ld+json">{script % ARTICLE}</script>', body="<h1>x</h1>")
    assert declared(html).authors == ("Nora Whitcombe",)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("part", ["/*", ", ", '"', "\\", "<!--", "// "])
def test_a_part_that_comes_very_often_is_mended_in_a_time_that_grows_with_the_script(part: str) -> None:
    assert isinstance(mend_json('{"a": ' + part * (400_000 // len(part))), str)  # quadratic time would be minutes
