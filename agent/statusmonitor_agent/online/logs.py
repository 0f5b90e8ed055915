"""The agent's log: one line a record, whatever remote text it holds, the API key never in it, bounded in size."""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
import time
from typing import TYPE_CHECKING, Mapping

if TYPE_CHECKING:
    from statusmonitor_agent.online.settings import Settings

VERBOSE = 15
LEVELS: Mapping[str, int] = {
    "Debug": logging.DEBUG,
    "Verbose": VERBOSE,
    "Info": logging.INFO,
    "Warn": logging.WARNING,
    "Error": logging.ERROR,
}
MAX_BYTES = 5_000_000
OLD_FILES = 3
MAX_LINE = 8000


class LineFormatter(logging.Formatter):
    """Escapes what could forge a line or confuse a terminal, and hides the secrets."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(threadName)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self.secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return escaped(text[:MAX_LINE])


def escaped(text: str) -> str:
    """Return the text with control, invisible and direction characters written as escapes."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii") for character in text
    )


def set_up(settings: Settings) -> None:
    """Log to the configured file, and warnings to stderr too.

    Raises:
        OSError: the log file cannot be written.
    """
    logging.addLevelName(VERBOSE, "VERBOSE")
    os.makedirs(os.path.dirname(settings.log_file), exist_ok=True)
    formatter = LineFormatter((settings.api_key,))
    file = logging.handlers.RotatingFileHandler(settings.log_file, maxBytes=MAX_BYTES, backupCount=OLD_FILES, encoding="utf-8")
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(logging.WARNING)
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    for handler in (file, console):
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(LEVELS[settings.log_level])
