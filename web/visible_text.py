"""Makes characters visible that a terminal or a browser would obey or hide: controls and bidirectional marks.

Installed as the `finalize` step of the templates, so that no page can forget it.
"""

import re
from typing import Any

# C0 but tab and line feed, DEL, C1, the bidirectional controls, zero-width and line separators, tags, the BOM.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Return `text` with the code of such a character in its place: ⟨U+202E⟩ for a right-to-left override."""
    return _UNSEEN.sub(_sign, text)


def finalize(value: Any) -> Any:
    """Return what a template prints for `value`: nothing for None; ready markup stays as it is."""
    if value is None:
        return ""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return visible(value)
    return value


def _sign(match: re.Match[str]) -> str:
    return f"\u27e8U+{ord(match[0]):04X}\u27e9"
