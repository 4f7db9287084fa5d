"""Decide which story an article belongs to.

Two articles are compared by the rare terms that they share, each weighed by its bits: names, numbers, days, topics and,
in one language, words. As with near-duplicates, an article must resemble the whole story as far as it is compared, its
first article included, and not only the nearest one. So a story does not drift.
"""

import dataclasses
from collections.abc import Mapping, Sequence

from pipelines.stories.profile import unpack_profile
from pipelines.stories.similarity import WINDOW, Likeness, Rarity, WeighedTerm, Weights, fitted_weights, likeness
from storage.story_rules import StoryChoice, StoryMember, Tie

TIES_KEPT = 5
"""Ties that are kept as an article's evidence, the strongest first."""


def choose_story(
    newcomer: StoryMember,
    known: Sequence[StoryMember],
    counts: Mapping[int, int],
    total: int,
    weights: Weights | None = None,
) -> StoryChoice:
    """Implement ``StoryRules.choose_story``.

    ``weights`` replace the project's where they are given.
    """
    rarity, weights = Rarity(counts, total), weights or fitted_weights()
    likenesses = {member.article_id: likeness(newcomer, member, rarity, weights) for member in known}
    by_story: dict[int, list[StoryMember]] = {}
    for member in known:
        if member.story_id is not None and likenesses[member.article_id].features["gap"] <= WINDOW:
            by_story.setdefault(member.story_id, []).append(member)
    open_to = {
        story: max(likenesses[m.article_id].weight for m in members)
        for story, members in by_story.items()
        if _may_join([likenesses[m.article_id] for m in members], weights)
    }
    if not open_to:
        return StoryChoice()
    best = max(open_to, key=lambda story: (open_to[story], -story))
    merged = [
        story
        for story in open_to
        if story != best
        and min(open_to[story], open_to[best]) >= weights.merge
        and _are_one(by_story[best], by_story[story], rarity, weights)
    ]
    joined = [member for story in (best, *merged) for member in by_story[story]]
    chosen = min(best, *merged) if merged else best
    ties = [tie for member in joined for tie in _ties(member, likenesses[member.article_id], weights.join)]
    ties.sort(key=lambda tie: (-tie.weight, tie.other_id, tie.kind))
    evidence = [_name_terms(newcomer, tie, joined, likenesses[tie.other_id].shared) for tie in ties[:TIES_KEPT]]
    return StoryChoice(chosen, tuple(evidence), tuple(sorted({best, *merged} - {chosen})))


def _may_join(likenesses: Sequence[Likeness], weights: Weights) -> bool:
    return max(known.weight for known in likenesses) >= weights.join and _resemble(likenesses, weights)


def _are_one(one: Sequence[StoryMember], other: Sequence[StoryMember], rarity: Rarity, weights: Weights) -> bool:
    """Tell whether two stories of one newcomer are one story.

    They are where their own articles resemble each other too.
    """
    return _resemble([likeness(a, b, rarity, weights) for a in one for b in other], weights)


def _resemble(likenesses: Sequence[Likeness], weights: Weights) -> bool:
    if any(known.apart for known in likenesses):
        return False
    return sum(known.weight for known in likenesses) / len(likenesses) >= weights.resemble


def _ties(member: StoryMember, its_likeness: Likeness, least: float) -> list[Tie]:
    if its_likeness.weight < least:
        return []
    ties = [Tie(member.article_id, "terms", round(its_likeness.weight, 3), "")]
    if member.linked:
        ties.append(Tie(member.article_id, "link", round(its_likeness.weight, 3), "related link"))
    if member.alike:
        ties.append(Tie(member.article_id, "alike", round(member.alike, 3), "the same words with other facts"))
    return ties


def _name_terms(newcomer: StoryMember, tie: Tie, joined: Sequence[StoryMember], shared: Sequence[WeighedTerm]) -> Tie:
    """Add to a tie its most telling terms, as both articles write them."""
    if tie.kind != "terms":
        return tie
    terms = unpack_profile(newcomer.terms)
    twins = unpack_profile(next(member.terms for member in joined if member.article_id == tie.other_id))
    both = [
        (terms[kind, value], twins[kind, value], bits)
        for (kind, _, value), bits in ((term.key.partition("\t"), term.bits) for term in shared)
    ]
    both.sort(key=lambda pair: (-pair[2] * (pair[0].weight + pair[1].weight), pair[0].kind, pair[0].value))
    forms = []
    for form, its_form in ((term.form, twin.form) for term, twin, _ in both[:8]):
        forms.append(form if form.casefold() == its_form.casefold() else f"{form} = {its_form}")
    return dataclasses.replace(tie, detail="; ".join(dict.fromkeys(forms)))
