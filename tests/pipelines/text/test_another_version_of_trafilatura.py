"""With a version of trafilatura that its private parts were not read in, its public API gives the text."""

import json
from pathlib import Path

import pytest

from crawler.sample.cards import Bases
from crawler.sample.content import load_content
from crawler.sample.render import render_article
from pipelines.extraction import extract
from tests.support.other_versions import declare_versions, run_python

READ = """
import json, sys
from pathlib import Path
from pipelines.extraction import extract
readings = [extract(Path(name).read_bytes(), "https://mirai.example/ja/n/1") for name in sys.argv[1:]]
print(json.dumps([[reading.text for reading in readings], "pipelines.text.trafilatura_stages" in sys.modules]))
"""


@pytest.mark.parametrize(("version", "by_stages"), [("2.3.9", True), ("2.4.0", False), ("2.3.0", False)])
def test_the_text_of_the_sample_pages_is_the_same_by_either_way(tmp_path: Path, version: str, by_stages: bool) -> None:
    bases: Bases = {"mirai": "https://mirai.example", "harbor": "https://harbor.example"}
    content = load_content()
    pages = [render_article(content, article, bases, 1).encode() for article in [*content.articles.values()][:12]]
    files = [tmp_path / f"{number}.html" for number in range(len(pages))]
    for file, page in zip(files, pages, strict=True):
        file.write_bytes(page)
    environment = declare_versions(tmp_path / "versions", {"trafilatura": version})
    done = run_python("-c", READ, *map(str, files), folder=tmp_path, environment=environment)
    assert done.returncode == 0, done.stderr
    texts, called_stages = json.loads(done.stdout)
    assert called_stages is by_stages
    assert texts == [extract(page, "https://mirai.example/ja/n/1").text for page in pages]
    assert all(texts)
