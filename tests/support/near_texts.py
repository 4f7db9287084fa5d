"""Texts that are copies of each other, and texts that only look like it; all of them made up."""

import random

NAMES = ("Amsel", "Brandt", "Castle", "Drury", "Ekman", "Fraser", "Grove", "Hartley", "Ito", "Jansen", "Kato", "Lund")
PLACES = ("harbour", "valley", "mill", "bridge", "market", "school", "clinic", "stadium", "library", "station")
VERBS = ("repaired", "opened", "closed", "sold", "visited", "planned", "painted", "measured", "moved", "praised")


def report(seed: int, sentences: int = 14) -> str:
    """A text of its own: names, places and numbers by chance."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    return " ".join(
        f"{chance.choice(NAMES)} said that the {chance.choice(PLACES)} near the {chance.choice(PLACES)} was "
        f"{chance.choice(VERBS)} by {chance.choice(NAMES)} at a cost of {chance.randrange(100, 999)} pounds, "
        f"and {chance.choice(NAMES)} {chance.choice(VERBS)} the {chance.choice(PLACES)}."
        for _ in range(sentences)
    )


def japanese_report(seed: int, sentences: int = 14) -> str:
    """The same in Japanese."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    people, places = ("山田", "佐藤", "鈴木", "高橋", "伊藤", "渡辺"), ("港", "市場", "学校", "図書館", "駅前", "病院")
    acts = ("改修した", "開いた", "閉じた", "売却した", "視察した", "計画した")
    return "".join(
        f"{chance.choice(people)}氏は{chance.choice(places)}の{chance.choice(places)}を"
        f"{chance.randrange(100, 999)}万円で{chance.choice(acts)}と述べ、"
        f"{chance.choice(people)}氏が{chance.choice(places)}を{chance.choice(acts)}。"
        for _ in range(sentences)
    )


def tender(number: int, rate: str, day: str) -> str:
    """A notice by a template: other facts each time."""
    return (
        f"The central bank set tender number {number} for a 28-day securities repurchase agreement, offering banks "
        f"liquidity aid at a fixed rate of {rate} pct, a spokesman said. Banks must make their bids by {number % 12} "
        f"o'clock and funds allocated will be credited to accounts on {day}."
    )
