"""What every template may call: addresses of files, names of statuses, icons, the state of the shell."""

import json
import re
from typing import Any
from urllib.parse import quote

from flask import Flask, g, request
from markupsafe import Markup

from web import reasons, words
from web.assets import static_url
from web.beats import small_beats
from web.live_head import read_head
from web.script_texts import script_texts
from web.visible_text import visible

THEMES = ("auto", "light", "dark")
# Symbols of the sprite by the file names that node types use.
TYPE_ICONS = {
    "server": "server",
    "database": "database",
    "router": "router",
    "switch": "network",
    "network": "network",
    "printer": "printer",
    "workstation": "monitor",
    "pc": "monitor",
    "laptop": "laptop",
    "camera": "video",
    "ups": "plug",
    "wifi": "wifi",
    "radio": "radio",
    "service": "activity",
    "web": "globe",
    "disk": "hard-drive",
}
FAVICON_COLORS = {"available": "#1a7f37", "warning": "#bf8700", "unavailable": "#cf222e", "unknown": "#6e7781"}
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}")


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        static_url=static_url,
        status_name=words.status_name,
        status_count_name=words.status_count_name,
        condition_name=words.condition_name,
        result_condition=words.result_condition,
        result_look=words.result_look,
        severity_name=words.severity_name,
        headline=reasons.headline,
        theme=current_theme,
        type_icon=type_icon,
        safe_color=safe_color,
        small_beats=small_beats,
        favicon_url=favicon_url,
        head=current_head,
        script_texts=script_texts,
        WORST_FIRST=words.WORST_FIRST,
        CONDITION_LOOK=words.CONDITION_LOOK,
        SEVERITY_LOOK=words.SEVERITY_LOOK,
        THEMES=THEMES,
    )
    app.jinja_env.filters["data_json"] = data_json


def current_theme() -> str:
    """Return the theme of the profile, before sign-in that of the cookie."""
    viewer = g.get("viewer")
    chosen = viewer.theme if viewer else request.cookies.get("theme")
    return chosen if chosen in THEMES else "auto"


def current_head() -> Any:
    """Return the head of the live feed as this page began with it."""
    if "head" not in g:
        g.head = read_head()
    return g.head


def type_icon(icon_filename: str) -> str:
    stem = icon_filename.lower().rsplit(".", 1)[0]
    return next((symbol for word, symbol in TYPE_ICONS.items() if word in stem), "box")


def safe_color(color: str) -> str:
    return color if _COLOR.fullmatch(color) else "currentColor"


def favicon_url(counts: dict[str, int] | None) -> str:
    """Return the icon of the browser's tab as a data address, coloured by the worst status, with the number that is down."""
    if not counts or not any(counts.values()):
        return static_url("favicon.svg")
    worst = next((status for status in words.WORST_FIRST if counts.get(status)), "available")
    if worst == "unknown" and counts.get("available"):
        worst = "available"
    return "data:image/svg+xml," + quote(_favicon(FAVICON_COLORS[worst], counts.get("unavailable", 0)), safe="")


def _favicon(color: str, down: int) -> str:
    text = str(down) if down < 100 else "99+"  # noqa: PLR2004
    size = {1: 22, 2: 19}.get(len(text), 14)
    mark = (
        f'<text x="16" y="{16 + size * 0.36:.1f}" font-size="{size}" font-family="sans-serif" font-weight="700" '
        f'text-anchor="middle" fill="#fff">{text}</text>'
        if down
        else '<path d="M6 17h4.5l3-7.500 5 13 3.300-8.500 1.200 3H26" fill="none" stroke="#fff" stroke-width="2.600" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="8" fill="{color}"/>{mark}</svg>'
    )


def data_json(value: Any) -> Markup:
    """Return JSON for a data block or an attribute: harmless in HTML, agents' text made visible."""
    text = json.dumps(_visible_deep(value), ensure_ascii=False, separators=(",", ":"))
    for sign, code in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"), ("'", "\\u0027")):
        text = text.replace(sign, code)
    return Markup(text)  # noqa: S704 - nothing is left that HTML would read


def _visible_deep(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _visible_deep(each) for key, each in value.items()}
    return [_visible_deep(each) for each in value] if isinstance(value, (list, tuple)) else value
