"""Keeps the translations: `extract` brings the .po files up to date with the sources, `compile` writes the .mo files.

Needs Babel, a tool of development only; the pages read the compiled files with the standard gettext module.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
SOURCES = HERE.parent
LANGUAGES = ("ru",)  # English is the text of the sources
METHODS = [("translations/**", "ignore"), ("vendor/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "extract":
        for language in LANGUAGES:
            extract(language)
    elif command == "compile":
        for language in LANGUAGES:
            mo_path(language).write_bytes(compiled(language))
    else:
        print("usage: catalogue.py extract|compile", file=sys.stderr)
        return 2
    return 0


def extract(language: str) -> None:
    """Add new messages, untranslated, and drop those that are used no more."""
    present = load(language)
    present.update(template(), no_fuzzy_matching=True)
    present.obsolete.clear()
    with po_path(language).open("wb") as file:
        write_po(file, present, width=120, no_location=True, sort_output=True)


def template() -> Catalog:
    """Return the messages of the sources."""
    found = Catalog(charset="utf-8")
    for _file, _line, message, comments, context in extract_from_dir(SOURCES, METHODS, OPTIONS):
        found.add(message, auto_comments=comments, context=context)
    return found


def compiled(language: str) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, load(language))
    return buffer.getvalue()


def load(language: str) -> Catalog:
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language)


def po_path(language: str) -> Path:
    return HERE / language / "LC_MESSAGES" / "pages.po"


def mo_path(language: str) -> Path:
    return po_path(language).with_suffix(".mo")


if __name__ == "__main__":
    sys.exit(main())
