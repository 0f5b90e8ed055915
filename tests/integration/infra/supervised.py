"""A small program under the supervisor, for tests: tells the process numbers of its children, one line a start."""

import os
import sys
from pathlib import Path

from infra.local.child import command_child
from infra.local.supervisor import Supervisor

SLEEPER = "import time\ntime.sleep(600)"
STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(600)"
PARENT = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
PROGRAMS = {"sleeper": SLEEPER, "stubborn": STUBBORN, "parent": PARENT}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    supervisor = Supervisor(Path(sys.argv[1]), say)
    for name in sys.argv[2:]:
        supervisor.start(command_child(name, [sys.executable, "-c", PROGRAMS[name]], dict(os.environ)))
    say("up")
    supervisor.run()
    supervisor.stop(list(supervisor.children))
    say("down")


main()
