"""Citations in three formats, from hostile articles too."""

import json

from storage.export.citations import cite

ARTICLE = {
    "id": 7,
    "title": "韓国の\n首相\x1b\u202e {100% & more}",
    "url": "https://news.example/ja/n/7?a=1",
    "source": "mirai",
    "language": "ja",
    "authors": "山田 太郎; Jane Doe",
    "published_at": "2026-10-05T01:30:00Z",
    "last_seen_at": "2026-10-07T00:00:00Z",
}


def test_bibtex_is_one_entry_with_its_signs_escaped() -> None:
    entry = cite(ARTICLE, "bibtex")
    assert entry.startswith("@article{kiji7,\n")
    assert r"title = {{韓国の 首相 \{100\% \& more\}}}" in entry
    assert "author = {{山田 太郎} and {Jane Doe}}" in entry
    assert "url = {https://news.example/ja/n/7?a=1}" in entry
    assert "date = {2026-10-05}" in entry
    assert "urldate = {2026-10-07}" in entry


def test_ris_has_a_line_for_each_author_and_ends() -> None:
    lines = cite(ARTICLE, "ris").split("\r\n")
    assert lines[0] == "TY  - NEWS"
    assert lines[1:3] == ["AU  - 山田 太郎", "AU  - Jane Doe"]
    assert "DA  - 2026/10/05" in lines
    assert lines[-2:] == ["ER  - ", ""]


def test_csl_json_is_json_also_without_date_and_author() -> None:
    [item] = json.loads(cite(ARTICLE, "csl-json"))
    assert item["issued"] == {"date-parts": [[2026, 10, 5]]}
    assert item["author"] == [{"literal": "山田 太郎"}, {"literal": "Jane Doe"}]
    [bare] = json.loads(cite(ARTICLE | {"authors": "", "published_at": None}, "csl-json"))
    assert not {"issued", "author"} & bare.keys()
