"""Load in the fork server what every worker needs.

A worker so starts in milliseconds. Imports, langdetect's profiles and the rules' patterns take two seconds, which are
spent once.
"""

import dataclasses
import datetime
import gc
import importlib
import os

# numpy's BLAS would start threads here, and a fork copies none of them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_ALLOCATIONS = 50_000  # of containers between two collections; some ten pages
_PAGE = """<html lang="ja"><head><title>Ferry sails again | Example</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry sails again"}</script></head><body>
<nav class="menu"><a href="/sports/">スポーツ</a></nav><article><h1>Ferry sails again</h1>
<p class="byline">By Ada Example, staff writer</p><p>2026年10月5日 公開</p>
<p>The ferry between the islands sails again from Monday, its owner said, after a winter in the yard. Fares stay.</p>
<p>島々を結ぶフェリーは月曜日から運航を再開すると運営会社が発表した。冬の間は造船所で修理を受けていた。運賃は据え置く。</p>
<figure><img src="/a.jpg"><figcaption>写真：AI生成</figcaption></figure></article>
<div><div class="teaser">
<a href="/news/2026/10/03/lighthouse-20261003.html">A lighthouse is painted white again</a></div>
<div class="teaser">
<a href="/news/2026/10/02/harbour-20261002.html">The harbour's old crane comes down in May</a></div></div>
<p>We use cookies for analysis. <button>Accept</button></p>
<h2>関連記事</h2><ul><li>
<a href="/news/2026/10/04/articles-20261004.html?id=1&amp;utm_source=a">A night train returns</a>
<p>It runs twice a week until the end of the winter.</p></li></ul></body></html>"""


def _read_one_page() -> None:
    """Read a page that makes every rule load and compile."""
    body, url = _PAGE.encode(), "https://example.com/news/2026/10/05/ferry-20261005.html"
    raw = importlib.import_module("pipelines.raw_page").RawPage(
        url, url, body, 200, datetime.datetime.now(datetime.UTC)
    )
    reading = importlib.import_module("pipelines.read_page").read_page(raw)
    for module in ("dates.words", "labels.captions", "labels.class_names", "text.missed_blocks", "text.block_features"):
        importlib.import_module(f"pipelines.{module}").load_tables()
    importlib.import_module("pipelines.models.boosted_trees").packaged_trees("body_blocks")
    for language in ("ja", "en"):
        importlib.import_module("pipelines.stories.profile").with_story_terms(
            dataclasses.replace(reading, language=language)
        )


for _module in ("trafilatura", "resiliparse.extract.html2text", "pipelines.read_page"):
    importlib.import_module(_module)

importlib.import_module("pipelines.language.detect").load_models()
importlib.import_module("pipelines.stories.profile").load_tables()
importlib.import_module("pipelines.entities.find").load_tables()
_read_one_page()
# Reading a page leaves no cycle, as 326 real ones showed: collections find nothing, and often made they cost 2%. The
# process that writes is forked from here, too.
gc.set_threshold(_ALLOCATIONS, 10, 10)
# Loaded data is never garbage. Frozen, it is not collected, and workers need not copy its pages of memory.
gc.freeze()
