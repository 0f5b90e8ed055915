"""Ties a child to the life of its parent, so that even `kill -9` of the parent leaves nothing running."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 1.0

# Loaded here, not in the forked child: there nothing may be imported or allocated that another thread could hold.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` after which the kernel sends `number` to the child when the calling thread ends.

    None where the kernel cannot do that. Linux forgets the wish when the child changes its user, so it
    must be made after that; `subprocess` calls its `preexec_fn` last.
    """
    if _LIBC is None:
        return None
    parent = os.getpid()

    def in_child() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and the call above
            os._exit(1)

    return in_child


def end_this_process_with(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """End this process, with the signal `number` where the kernel can, when its parent, `parent`, is gone.

    To be called from the main thread.
    """
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        return
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="watch-parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)
