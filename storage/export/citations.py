"""Cite an article as BibTeX, RIS or CSL-JSON."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, get_args

Style = Literal["bibtex", "ris", "csl-json"]
STYLES: tuple[Style, ...] = get_args(Style)

_SPACE = re.compile(r"\s+")
_TEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_"}


def cite(article: Mapping[str, Any], style: Style) -> str:
    """Write one citation, with a line end.

    ``article`` has the columns of the view, times as ISO 8601. The date of access is when the page was last seen.
    """
    fields = {name: _one_line(article[name]) for name in ("title", "url", "source", "language")}
    authors = [_one_line(name) for name in (article["authors"] or "").split("; ") if name.strip()]
    published = str(article["published_at"] or "")[:10]
    accessed = str(article["last_seen_at"])[:10]
    if style == "bibtex":
        return _bibtex(article["id"], fields, authors, published, accessed)
    if style == "ris":
        return _ris(fields, authors, published, accessed)
    return _csl(article["id"], fields, authors, published, accessed)


def _one_line(text: str | None) -> str:
    """Fold white space, and drop what a terminal would obey: control and format characters."""
    plain = _SPACE.sub(" ", text or "").strip()
    return "".join(character for character in plain if unicodedata.category(character) not in ("Cc", "Cf"))


def _bibtex(article_id: int, fields: Mapping[str, str], authors: list[str], published: str, accessed: str) -> str:
    entries = {
        "author": " and ".join("{" + _tex(name) + "}" for name in authors),
        "title": "{" + _tex(fields["title"]) + "}",
        "journal": _tex(fields["source"]),
        "date": published,
        "year": published[:4],
        "url": fields["url"],
        "urldate": accessed,
        "langid": fields["language"],
    }
    lines = [f"  {name} = {{{value}}}," for name, value in entries.items() if value]
    return "\n".join([f"@article{{kiji{article_id},", *lines, "}"]) + "\n"


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def _ris(fields: Mapping[str, str], authors: list[str], published: str, accessed: str) -> str:
    lines = [("TY", "NEWS"), *(("AU", name) for name in authors), ("TI", fields["title"]), ("T2", fields["source"])]
    if published:
        lines += [("PY", published[:4]), ("DA", published.replace("-", "/"))]
    lines += [("UR", fields["url"]), ("Y2", accessed.replace("-", "/")), ("LA", fields["language"]), ("ER", "")]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


def _csl(article_id: int, fields: Mapping[str, str], authors: list[str], published: str, accessed: str) -> str:
    item: dict[str, Any] = {
        "id": f"kiji{article_id}",
        "type": "article-newspaper",
        "title": fields["title"],
        "container-title": fields["source"],
        "URL": fields["url"],
        "language": fields["language"],
        "accessed": _date(accessed),
    }
    if authors:
        item["author"] = [{"literal": name} for name in authors]
    if published:
        item["issued"] = _date(published)
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def _date(day: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in day.split("-")]]}
