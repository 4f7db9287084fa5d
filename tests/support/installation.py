"""Build wheels and install them into a virtual environment outside the clone."""

import dataclasses
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.warm_python import WarmServer

CLONE = Path(__file__).parents[2]
_WARM_KIJI = """#!{python} -IS
import json, os, socket, sys
control = socket.socket(fileno=int(os.environ["WARM_PYTHON"]))
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
order = {{"module": "crawler", "arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
order["path"] = {path!r}
socket.send_fds(control, [json.dumps(order).encode()], [0, 1, 2, theirs.fileno()])
theirs.close()
ours.recv(64)
code = json.loads(ours.recv(64))
os._exit(code if code >= 0 else 128 - code)
"""
"""A ``kiji`` that has the installation's warm Python run the command with this process's descriptors."""


@dataclasses.dataclass(frozen=True, slots=True)
class Installation:
    """A virtual environment with the built wheels, and the folder in which its commands are run."""

    bin: Path
    folder: Path
    control: int
    """The descriptor by which its warm Python is told what to run."""

    @property
    def environment(self) -> dict[str, str]:
        """The test's own, without anything that leads to another installation, config or database."""
        return _environment() | {"PATH": f"{self.bin}:{os.environ['PATH']}"}

    def run(self, command: str, *, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run a shell command with this environment's programs first in PATH; its exit code is one of ``codes``.

        ``kiji`` is run by the warm Python, and as a user's shell starts it where its path is given: ``{bin}/kiji``.
        """
        programs = f"{self.bin.parent / 'warm'}:{self.environment['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment | {"PATH": programs, "WARM_PYTHON": str(self.control)},
            pass_fds=[self.control],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


def _environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("KIJI_", "PYTHON", "VIRTUAL_ENV"))
    }


@contextmanager
def install_wheels(folder: Path, *projects: Path) -> Iterator[Installation]:
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
    kiji = folder / "venv/warm/kiji"
    kiji.parent.mkdir()
    kiji.write_text(_WARM_KIJI.format(python=python, path=str(python.parent)), encoding="utf-8")
    kiji.chmod(0o755)
    server = WarmServer(str(python), _environment())
    yield Installation(python.parent, workplace, server.control.fileno())
    server.close()


def _call(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
