"""Builds the agent as one file that any Python 3.8 or newer runs: dist/statusmonitor-agent.pyz."""

import shutil
import sys
import tempfile
import zipapp
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "statusmonitor_agent"


def build_pyz(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "agent" / PACKAGE, Path(folder, PACKAGE), ignore=shutil.ignore_patterns("__pycache__"))
        zipapp.create_archive(
            folder, target, interpreter="/usr/bin/env python3", main=f"{PACKAGE}.__main__:main", compressed=True
        )


if __name__ == "__main__":
    build_pyz(ROOT / "dist" / "statusmonitor-agent.pyz")
    sys.exit(0)
