"""Style sheets, scripts and icons, at addresses that hold a hash of them all: such an address may be cached for ever.

One hash for the whole tree, so that the relative imports between ES modules stay right.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import NotFound

FOLDER = Path(__file__).parent / "static"
# One file for the browser, six to work on; the order is that of the cascade layers.
STYLE_SHEETS = ("tokens", "base", "layout", "components", "pages", "utilities", "print")
STYLE_NAME = "app.css"
MIME_TYPES = {"js": "text/javascript", "svg": "image/svg+xml", "css": "text/css", "json": "application/json", "txt": "text/plain"}
FOREVER = "public, max-age=31536000, immutable"

pages = Blueprint("assets", __name__)


@pages.get("/static/<version>/<path:name>")
def static(version: str, name: str) -> Response:
    response = _answer(name)
    response.headers["Cache-Control"] = FOREVER if version == tree_hash() else "no-cache"
    return response


@pages.get("/favicon.ico")
def favicon() -> Response:
    return _answer("favicon.svg")


@pages.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def static_url(name: str) -> str:
    return url_for("assets.static", version=tree_hash(), name=name)


def _answer(name: str) -> Response:
    if name == STYLE_NAME:
        return Response(style_sheet(), mimetype="text/css")
    content = files().get(name)
    if content is None:
        raise NotFound
    return Response(content, mimetype=MIME_TYPES.get(name.rpartition(".")[2], "application/octet-stream"))


@cache
def files() -> dict[str, bytes]:
    """Return every static file by its name below the folder: some 150 KB, and no name leads outside."""
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in sorted(FOLDER.rglob("*")) if path.is_file()}


@cache
def style_sheet() -> str:
    return "\n".join(files()[f"css/{name}.css"].decode() for name in STYLE_SHEETS)


@cache
def tree_hash() -> str:
    """Return 12 characters that change with any file; read once, since a running server's files do not change."""
    digest = sha256()
    for name, content in files().items():
        digest.update(name.encode())
        digest.update(content)
    return digest.hexdigest()[:12]
