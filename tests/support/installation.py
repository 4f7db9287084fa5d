"""Build wheels and install them into a virtual environment outside the clone."""

import dataclasses
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

CLONE = Path(__file__).parents[2]


@dataclasses.dataclass(frozen=True, slots=True)
class Installation:
    """A virtual environment with the built wheels, and the folder in which its commands are run."""

    bin: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The test's own, without anything that leads to another installation, config or database."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("KIJI_", "PYTHON", "VIRTUAL_ENV"))
        }
        return inherited | {"PATH": f"{self.bin}:{os.environ['PATH']}"}

    def run(self, command: str, *, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run a shell command with this environment's programs first in PATH; its exit code is one of ``codes``."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


def install_wheels(folder: Path, *projects: Path) -> Installation:
    """Build each project's wheel with the hatchling that is installed; install them into a fresh environment.

    The dependencies are those of the environment that runs the tests: a ``.pth`` file appends their folder. Its own
    ``.pth`` files are not followed, so the clone is not on the path.
    """
    python = folder / "venv/bin/python"
    _call(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"), cwd=folder)
    for project in projects:
        _call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheels"), cwd=project)
    wheels = [str(path) for path in (folder / "wheels").glob("*.whl")]
    assert len(wheels) == len(projects)
    pip = (sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--disable-pip-version-check")
    _call(*pip, "--no-index", "--no-deps", *wheels, cwd=folder)
    site_packages = next((folder / "venv/lib").glob("python*/site-packages"))
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    workplace = folder / "elsewhere"
    workplace.mkdir()
    return Installation(python.parent, workplace)


def _call(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
