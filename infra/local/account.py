"""The account that PostgreSQL runs under: it refuses to run as root, so root lends it an unprivileged one."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

NOBODY = 65534  # where the system knows no account of that name


class Identity(TypedDict, total=False):
    """Arguments of `subprocess` that change the account; empty when it stays the caller's own."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """`uid` and `gid` are None when nothing has to change: the caller is not root, or there is no root."""

    uid: int | None = None
    gid: int | None = None

    @property
    def identity(self) -> Identity:
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Give `folder` to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)


def account_for(folder: Path) -> Account:
    """Return the account for the data in `folder`: its owner's if it exists, otherwise nobody's."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return Account()
    if folder.exists() and folder.stat().st_uid != 0:
        owner = folder.stat()
        return Account(owner.st_uid, owner.st_gid)
    return _nobody()


def _nobody() -> Account:
    import pwd

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(NOBODY, NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)
