"""An archived page that is shown runs nothing, fetches nothing and leads nowhere, and keeps its words."""

import re

import pytest

from pipelines.warc.frozen_page import freeze_html

HOSTILE = """<!doctype html><html><head><base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=/x">
<link rel="preconnect" href="https://evil.example"><script>alert(1)</script><style>p{color:red}</style></head>
<body onload="alert(1)" background="https://evil.example/b.png"><p style="color:blue" onclick=alert(1)>見出し</p>
<a href="javascript:alert(1)" ping="https://evil.example/p">go</a><img srcset="https://evil.example/1.png 2x" src=x>
<form action="https://evil.example/f"><p>inside</p><button formaction="/x">b</button></form>
<iframe srcdoc="<script>1</script>"></iframe><object data=x></object><embed src=x>
<svg><a xlink:href="https://evil.example/"><text>drawn</text></a><use href="https://evil.example/#a"/><script>2</script></svg>
<template><script>3</script></template>
<math><maction actiontype="statusline" xlink:href="javascript:1">m</maction></math>
</body></html>"""


def test_what_runs_or_leads_away_is_gone_and_the_words_stay() -> None:
    frozen = freeze_html(HOSTILE.encode(), "text/html; charset=utf-8")
    plain = re.sub(' title="[^"]*"', "", frozen)  # the address that a link had is shown as words
    for gone in ("<script", "evil.example", "javascript:", "onload", "onclick", "<iframe", "<object", "<embed", "<link",
                 "<meta", "<base", "<form", "srcset", " src=", " href", "formaction", "ping="):  # fmt: skip
        assert gone not in plain, gone
    for kept in ("見出し", "inside", "drawn", "color:red", 'style="color:blue"'):
        assert kept in frozen


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"<" * 100_000, b"<div>" * 5_000, "日本語".encode("euc_jp")])
def test_no_bytes_raise(body: bytes) -> None:
    assert isinstance(freeze_html(body, None), str)
