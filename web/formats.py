"""How times, durations and numbers are written; scripts later put times into the viewer's zone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from flask import Flask
from markupsafe import Markup, escape

from statusmonitor.domain.text import cut
from web.language import current, gettext
from web.visible_text import visible

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_RECENT = timedelta(hours=20)
RECENT_CHANGE = timedelta(minutes=30)
_SPACE = "\N{NO-BREAK SPACE}"
MAX_SHOWN_JSON = 200_000


def install(app: Flask) -> None:
    app.jinja_env.filters.update(
        duration=duration,
        milliseconds=milliseconds,
        number=number,
        time_tag=time_tag,
        age_tag=age_tag,
        iso=iso,
        local_input=local_input,
        pretty_json=pretty_json,
    )
    app.jinja_env.globals.update(now=lambda: datetime.now(UTC), is_recent=is_recent)


def duration(seconds: float) -> str:
    """Return the two largest units that are not zero: 2 min 14 s, 3 d 5 h, 0 s."""
    left = max(0, int(seconds))
    parts: list[tuple[int, str]] = []
    for unit, length in _UNITS:
        amount, left = divmod(left, length)
        if amount or parts:
            parts.append((amount, unit))
    shown = [f"{amount}{_SPACE}{_unit(unit)}" for amount, unit in parts[:2] if amount]
    return _SPACE.join(shown) or f"0{_SPACE}{_unit('s')}"


def _unit(unit: str) -> str:
    return {"d": gettext("d"), "h": gettext("h"), "min": gettext("min"), "s": gettext("s"), "ms": gettext("ms")}[unit]


def milliseconds(amount: int | None) -> str:
    """Return a measured duration: 840 ms, 1.9 s, 2 min 14 s."""
    if amount is None:
        return ""
    if amount < 1_000:  # noqa: PLR2004
        return f"{amount}{_SPACE}{_unit('ms')}"
    if amount < 60_000:  # noqa: PLR2004
        text = f"{amount / 1000:.1f}"
        return (text.replace(".", ",") if current() == "ru" else text) + _SPACE + _unit("s")
    return duration(amount / 1000)


def number(amount: int) -> str:
    """Return a whole number in groups of three: 10 000 in Russian, 10,000 in English."""
    return f"{amount:,}".replace(",", _SPACE if current() == "ru" else ",")


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_input(moment: datetime | None) -> str:
    """Return the value of a date-time field, in UTC; scripts put it into the viewer's zone."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}" if moment else ""


def time_tag(moment: datetime | None, style: str = "auto") -> Markup:
    """Return a <time> element, its text in UTC. `style`: auto (the time of today, else the date too), full."""
    if moment is None:
        return Markup("")
    utc = moment.astimezone(UTC)
    is_near = style == "auto" and abs(datetime.now(UTC) - utc) < _RECENT
    text = f"{utc:%H:%M:%S}" if is_near else f"{utc:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{}" data-time="{}" title="{:%Y-%m-%d %H:%M:%S} UTC">{}</time>').format(
        iso(utc), style, utc, text
    )


def age_tag(moment: datetime | None) -> Markup:
    """Return a <time> element that says how long ago it was; scripts keep it counting."""
    if moment is None:
        return Markup("")
    utc = moment.astimezone(UTC)
    text = duration((datetime.now(UTC) - utc).total_seconds())
    return Markup('<time datetime="{}" data-time="age" title="{:%Y-%m-%d %H:%M:%S} UTC">{}</time>').format(iso(utc), utc, text)


def is_recent(moment: datetime) -> bool:
    """Tell whether something changed so lately that it is marked."""
    return datetime.now(UTC) - moment < RECENT_CHANGE


def pretty_json(text: str) -> Markup:
    """Return JSON text indented, its values untouched, escaped and in at most 200,000 characters."""
    try:
        shown = msgspec.json.format(text.encode(), indent=2).decode()
    except msgspec.DecodeError:
        shown = text
    return escape(visible(cut(shown, MAX_SHOWN_JSON)))


def short_json(value: Any) -> str:
    """Return a value of a result on one line, at most 300 characters."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return cut(text, 300)
