"""Write articles on three pages, with the pagers that are met on news sites."""

import random

from tests.support.changing_site import WORDS

LAST = 3
"""Pages of each article."""


def paragraphs(name: str, number: int) -> list[str]:
    """The three paragraphs of one page; other names and numbers give other words."""
    words = random.Random(f"{name} {number}")  # noqa: S311 - the same words each time
    return [
        " ".join(
            "The {} of the {} told the {} on Monday that {} of its {} had left the {}.".format(
                *words.choices(WORDS, k=3), words.randint(20, 9_000), *words.choices(WORDS, k=2)
            )
            for _ in range(3)
        )
        for _ in range(3)
    ]


def paged(name: str, number: int, pager: str, head: str = "") -> bytes:
    """One page of the article as a news site has it."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(name, number))
    facts = (
        f'<html lang="en"><head><title>The {name} story</title>{head}<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-11-20T09:00:00+09:00"></head>'
    )
    words = f'<h1>The {name} story</h1>{text}<div class="pager">{pager}</div>'
    return f"{facts}<body><main><article>{words}</article></main></body></html>".encode()


def neighbours(paths: list[str], number: int, words: tuple[str, str]) -> str:
    """Links to the page before and the page after."""
    links = []
    if number > 1:
        links.append(f'<a href="{paths[number - 2]}">{words[0]}</a>')
    if number < LAST:
        links.append(f'<a href="{paths[number]}">{words[1]}</a>')
    return " ".join(links)


def relations(paths: list[str], number: int) -> str:
    """The same, declared in the head alone."""
    prev = f'<link rel="prev" href="{paths[number - 2]}">' if number > 1 else ""
    return prev + (f'<link rel="next" href="{paths[number]}">' if number < LAST else "")


def numbers(paths: list[str], number: int) -> str:
    """Links to every other page by its number."""
    return " ".join(
        f"<span>{at}</span>" if at == number else f'<a href="{path}">{at}</a>' for at, path in enumerate(paths, 1)
    )


def feed(urls: list[str]) -> bytes:
    """A feed that lists these pages."""
    items = "".join(f"<item><title>t</title><link>{url}</link></item>" for url in urls)
    head = '<?xml version="1.0"?><rss version="2.0"><channel><title>Daily</title><link>/</link>'
    return f"{head}<description>d</description>{items}</channel></rss>".encode()
