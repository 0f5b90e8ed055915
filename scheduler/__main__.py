"""The worker: `python -m scheduler` keeps the timetable until it is told to stop."""

import logging
import signal
import threading

from scheduler.timetable import build_scheduler
from statusmonitor.config import settings


def main() -> None:
    logging.basicConfig(level=settings().log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    scheduler = build_scheduler()
    scheduler.start()
    logging.getLogger(__name__).info("the worker is running")
    stop.wait()
    scheduler.shutdown(wait=False)


if __name__ == "__main__":
    main()
