"""Choose the zone of dates that name none, by the page's country and language."""

import re
import zoneinfo
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipelines.rules.load import load_rules, rule_cache

_UTC = zoneinfo.ZoneInfo("UTC")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_](?:[a-z]{4}[-_])?([a-z]{2}))?(?![a-z])", re.IGNORECASE)  # RFC 5646, section 2.1
_COUNTRY_CODES = {"gb": "uk"}  # ISO 3166 has another code than the root zone


def zone_of_page(url: str, languages: Sequence[str], default: zoneinfo.ZoneInfo) -> zoneinfo.ZoneInfo:
    """Return the zone that a page's dates are assumed to be in.

    The country of its host decides, then the region of its ``languages`` (``en-GB``, ``ja_JP``), then a language that
    is written in one zone. A page in any other language is taken to be in ``default``, unless that is the zone of
    another single language: an English page is not in Tokyo's zone because the Japanese ones are. It is in UTC then.
    """
    countries, spoken = _tables()
    host = urlsplit(url).hostname or ""
    zone = countries.get(host.rpartition(".")[2])
    if zone is not None:
        return zoneinfo.ZoneInfo(zone)
    tags = [match for match in map(_TAG.match, languages) if match]
    regions = ((tag[2] or "").lower() for tag in tags)
    named = [countries.get(_COUNTRY_CODES.get(region, region)) for region in regions if region]
    named += [spoken.get(tag[1].lower()) for tag in tags]
    zone = next(filter(None, named), None)
    if zone is not None:
        return zoneinfo.ZoneInfo(zone)
    return _UTC if tags and default.key in spoken.values() else default


@rule_cache()
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Return the zones by country and by language, of ``rules/time_zones.toml``."""
    tables = load_rules("time_zones")
    return tables["countries"], tables["languages"]
