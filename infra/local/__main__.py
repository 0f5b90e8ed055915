"""`python -m infra.local`: everything on this machine, until Ctrl-C."""

import os
import signal
import sys

from infra.local.parent_death import end_this_process_with
from infra.local.runner import main
from infra.local.settings import read_run_settings

if __name__ == "__main__":
    if "MAKELEVEL" in os.environ:  # noqa: TID251 - asks who started this, no setting
        end_this_process_with(os.getppid(), signal.SIGTERM)  # even when make itself is killed
    sys.exit(main(read_run_settings))
