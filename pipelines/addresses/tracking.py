"""Recognize tracking parameters: how a reader came, not what is read.

The names, with the source of each, are in ``rules/trackers.toml``. A rule names whole parameters, or a prefix that ends
at a separator. Patterns such as "anything with cid in it" were rejected, because they merge different articles.
"""

import dataclasses
import re

from pipelines.rules.load import load_rules, rule_cache


@dataclasses.dataclass(frozen=True, slots=True)
class TrackerRules:
    """The rules for look-ups: every name in lower case."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    values: frozenset[tuple[str, str]]
    sessions: tuple[tuple[frozenset[str], re.Pattern[str]], ...]
    sites: tuple[tuple[str, frozenset[str]], ...]


@rule_cache()
def tracker_rules() -> TrackerRules:
    """Return the rules of ``rules/trackers.toml``."""
    table = load_rules("trackers")
    return TrackerRules(
        exact=frozenset(name for rule in table["exact"] for name in rule["names"]),
        prefixes=tuple(name for rule in table["prefix"] for name in rule["names"]),
        values=frozenset((n, v) for rule in table["value"] for n in rule["names"] for v in rule["values"]),
        sessions=tuple((frozenset(rule["names"]), re.compile(rule["value"])) for rule in table["session"]),
        sites=tuple((host, frozenset(rule["names"])) for rule in table["site"] for host in rule["hosts"]),
    )


def is_tracker(name: str, value: str, host: str) -> bool:
    """Tell whether a parameter can be dropped at ``host`` without changing the page.

    ``name`` and ``value`` are decoded, in any case.
    """
    rules = tracker_rules()
    name = name.lower()
    if name in rules.exact or name.startswith(rules.prefixes) or (name, value.lower()) in rules.values:
        return True
    if any(name in names and form.fullmatch(value.lower()) for names, form in rules.sessions):
        return True
    return any(name in names and (host == site or host.endswith("." + site)) for site, names in rules.sites)
