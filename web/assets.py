"""Style sheets, scripts and icons, at addresses that hold a hash of them all: such an address may be cached for ever.

One hash for the whole tree, so that the relative imports between ES modules stay right.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, send_from_directory, url_for

FOLDER = Path(__file__).parent / "static"
# One file for the browser, six to work on; the order is that of the cascade layers.
STYLE_SHEETS = ("tokens", "base", "layout", "components", "pages", "utilities", "print")
STYLE_NAME = "app.css"
FOREVER = "public, max-age=31536000, immutable"

pages = Blueprint("assets", __name__)


@pages.get("/static/<version>/<path:name>")
def static(version: str, name: str) -> Response:
    if name == STYLE_NAME:
        response = Response(style_sheet(), mimetype="text/css")
    else:
        response = send_from_directory(FOLDER, name)
        if name.endswith(".js"):
            response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = FOREVER if version == tree_hash() else "no-cache"
    return response


@pages.get("/favicon.ico")
def favicon() -> Response:
    return send_from_directory(FOLDER, "favicon.svg", mimetype="image/svg+xml", max_age=86_400)


@pages.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def static_url(name: str) -> str:
    return url_for("assets.static", version=tree_hash(), name=name)


@cache
def style_sheet() -> str:
    return "\n".join((FOLDER / "css" / f"{name}.css").read_text("utf-8") for name in STYLE_SHEETS)


@cache
def tree_hash() -> str:
    """Return 12 characters that change with any file; read once, since a running server's files do not change."""
    digest = sha256()
    for path in sorted(each for each in FOLDER.rglob("*") if each.is_file()):
        digest.update(str(path.relative_to(FOLDER)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
