"""Name the articles of a small site."""

FIRST, SECOND = "/news/2026/10/05/ferry-returns", "/news/2026/10/06/rice-prices"
