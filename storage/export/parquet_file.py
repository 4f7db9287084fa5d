"""Write Parquet with polars, with column descriptions in its metadata."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.article_fields import Kind
from storage.export.rows import kind_of
from storage.tables.dictionary import Relation

if TYPE_CHECKING:
    import polars

ROW_GROUP = 5_000
"""Rows that are compressed together: 15 MB of articles, which is what memory has to hold."""

_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")


def write_parquet(path: Path, relation: Relation, batches: Iterable[list[tuple[Any, ...]]]) -> None:
    """Write Parquet, compressed with zstd.

    The file's metadata has ``kiji.about``, and ``kiji.columns``, a JSON object of each column's description:
    polars reads them with ``read_parquet_metadata``, DuckDB with ``parquet_kv_metadata``. Raises OSError where the file
    cannot be written.
    """
    import polars as pl  # an extra, see storage.export.export
    from polars.io.plugins import register_io_source

    kinds: dict[Kind, Any] = {
        "text": pl.String(),
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "truth": pl.Boolean(),
        "time": pl.Datetime("us", "UTC"),
    }
    schema = {name: kinds[kind_of(name)] for name in relation.columns}

    def source(*_wishes: object) -> "Iterator[polars.DataFrame]":
        for rows in batches:
            yield pl.DataFrame(rows, schema=schema, orient="row")

    metadata = {"kiji.about": relation.about, "kiji.columns": json.dumps(dict(relation.columns), ensure_ascii=False)}
    frame = register_io_source(source, schema=schema)
    try:
        frame.sink_parquet(path, row_group_size=ROW_GROUP, metadata=metadata, engine="streaming", maintain_order=True)
    except pl.exceptions.PolarsError as error:
        if (number := _SYSTEM_ERROR.search(str(error))) is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1]))) from error
