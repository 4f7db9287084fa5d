"""Run Python with a library that declares another version than it has."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def declare_versions(folder: Path, versions: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process in which these distributions have these versions.

    Their metadata is looked up along ``sys.path``, where this folder comes first; their code is as installed.
    """
    for library, version in versions.items():
        metadata = folder / f"{library}-{version}.dist-info" / "METADATA"
        metadata.parent.mkdir(parents=True, exist_ok=True)
        metadata.write_text(f"Metadata-Version: 2.1\nName: {library}\nVersion: {version}\n", encoding="utf-8")
    return {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


def run_python(
    *arguments: str, folder: Path, environment: Mapping[str, str], timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=dict(environment),
        timeout=timeout,
        capture_output=True,
        text=True,
        check=False,
    )
