"""Reads the output of a Nagios plugin: first line, long text, performance data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

MAX_VALUES = 200
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
VALUE = re.compile(rf"({NUMBER}|U)([^\d\s;]*)")
LABEL = re.compile(r"\s*(?:'((?:[^']|'')*)'|([^=\s']+))=([^\s]*)")
BOUND = re.compile(NUMBER)


@dataclass(frozen=True)
class PluginOutput:
    """`perfdata`: label, value (None if unknown), uom, warn and crit (ranges, as text), min, max."""

    text: str
    long_text: str
    perfdata: list[dict[str, Any]]


def parse_output(output: str) -> PluginOutput:
    """Split a plugin's standard output. What is not performance data after a bar is left out.

    A bar in the first line starts performance data; so does the first one in the lines below, up to the end.
    """
    first, _, rest = output.lstrip("\r\n").partition("\n")
    text, _, performance = first.partition("|")
    long_text, _, more = rest.partition("|")
    return PluginOutput(text.strip(), long_text.strip(), parse_perfdata(performance + " " + more))


def parse_perfdata(text: str) -> list[dict[str, Any]]:
    """Return the readable entries, at most 200."""
    entries: list[dict[str, Any]] = []
    for found in LABEL.finditer(text):
        quoted, bare, fields = found.groups()
        entry = _entry(bare if quoted is None else quoted.replace("''", "'"), fields)
        if entry and len(entries) < MAX_VALUES:
            entries.append(entry)
    return entries


def _entry(label: str, fields: str) -> dict[str, Any] | None:
    value, warn, crit, low, high = (fields.replace(",", ".").split(";") + [""] * 5)[:5]
    found = VALUE.fullmatch(value)
    if not found:
        return None
    number, unit = found.groups()
    return {
        "label": label,
        "value": None if number == "U" else float(number),
        "uom": unit,
        "warn": warn or None,
        "crit": crit or None,
        "min": _bound(low),
        "max": _bound(high),
    }


def _bound(text: str) -> float | None:
    return float(text) if BOUND.fullmatch(text) else None
