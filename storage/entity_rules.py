"""Declare what the pipelines find of persons, organisations and places, for storage."""

import dataclasses
from collections.abc import Sequence
from typing import Literal, Protocol

EntityKind = Literal["person", "organisation", "place"]
KINDS: tuple[EntityKind, ...] = ("person", "organisation", "place")


@dataclasses.dataclass(frozen=True, slots=True)
class Mention:
    """An entity that an article names.

    ``key`` is the same for all forms of the name in both scripts. ``family`` is the key of a person's family name, the
    same as ``key`` where the article has no given name. ``form`` is the name as the article first writes it in full,
    ``name_ja`` and ``name_en`` are its usual names, "" where they are not known. ``times`` counts its places in the
    first 4,000 characters.
    """

    kind: EntityKind
    key: str
    form: str
    times: int
    in_title: bool
    name_ja: str = ""
    name_en: str = ""
    family: str = ""


class EntityRules(Protocol):
    """Pure decisions about entities; they hold no state and never raise."""

    @property
    def entity_version(self) -> int:
        """The version of the algorithm, stored for every article that was read."""

    def find_entities(self, title: str, text: str, language: str) -> Sequence[Mention]:
        """Find the entities of an article, the most mentioned first."""
