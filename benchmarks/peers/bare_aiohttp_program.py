"""aiohttp alone: every page is fetched and forgotten."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp

AT_ONCE = 8


async def main(waiting: Iterator[str]) -> None:
    """Fetch all."""
    async with aiohttp.ClientSession() as session:

        async def fetch() -> None:
            for url in waiting:
                async with session.get(url) as response:
                    await response.read()

        await asyncio.gather(*(fetch() for _ in range(AT_ONCE)))


asyncio.run(main(iter(json.loads(Path(sys.argv[1]).read_text()))))
