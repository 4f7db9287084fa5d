"""Nearly no name is a rule's, and one search tells so: it may let through what no rule goes by, and drops no other."""

import importlib.resources
import tomllib

import pytest

from pipelines.boilerplate.consent import consent_rules
from pipelines.boilerplate.dom import cut_boilerplate
from pipelines.html.parse import parse_html

RULES = importlib.resources.files("pipelines.rules").joinpath("boilerplate_elements.toml")
CLASSES = tomllib.loads(RULES.read_text(encoding="utf-8"))["classes"]
RULE_OF = {word: rule for rule, words in CLASSES.items() for word in words}
BODY = "<p>The ferry between the islands sails again from Monday, its owner said after the winter.</p>" * 8


def rules_that_cut(attributes: str) -> list[str]:
    tree = parse_html(f"<html><body><main>{BODY}</main><div {attributes}>Some words here</div></body></html>")
    assert tree is not None
    return [cut.rule for cut in cut_boilerplate(tree)]


@pytest.mark.parametrize("word", RULE_OF)
def test_a_word_of_a_rule_is_found_alone_and_among_others(word: str) -> None:
    for attributes in (f'class="{word}"', f'class="{word.upper()} b2"', f'class="ünder a1 {word}"', f'id="{word}"'):
        assert rules_that_cut(attributes) == [RULE_OF[word]], attributes


@pytest.mark.parametrize("word", [word for word in RULE_OF if word.isalpha() and len(word) > 3])
def test_a_word_of_a_rule_is_found_as_a_part_of_a_name_and_in_two_parts(word: str) -> None:
    half = len(word) // 2
    first, second = word[:half], word[half:]
    joined = (
        f"c-{word}__7",
        f"b7{word.title()}Q",
        f"{first}-{second}",
        f"{first}7_{second}",
        f"{first}{second.title()}",
    )
    for name in (*joined, f"{first} {second}", f"{first}・{second}"):
        rules = rules_that_cut(f'class="{name}"')
        # A half may be a rule's own word, which then comes first.
        assert rules == [RULE_OF[word]] or rules == [RULE_OF.get(first) or RULE_OF.get(second)], name


@pytest.mark.parametrize("name", consent_rules().names)
def test_a_container_of_a_consent_platform_is_found_within_a_longer_name(name: str) -> None:
    for attributes in (f'id="{name}"', f'class="wrap js-{name}7 open"', f'class="{name.upper()}"'):
        assert rules_that_cut(attributes) == ["consent"], attributes
