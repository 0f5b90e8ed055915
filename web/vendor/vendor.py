"""Copies the pages' third-party files out of node_modules and writes the manifest; `--check` only compares hashes.

Refresh (the only moment that needs Node): `npm ci --ignore-scripts` in this folder, then `python vendor.py`.
What it writes is committed, so that builds, tests and Lambda packages need no Node.
"""

import base64
import gzip
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGES = HERE / "node_modules"
STATIC = HERE.parent / "static"
MANIFEST = STATIC / "vendor" / "manifest.json"
LICENCES = STATIC / "vendor" / "LICENCES.txt"

# One file for both: idiomorph extends htmx and is never loaded without it.
SCRIPTS = (("htmx.org", "dist/htmx.min.js"), ("idiomorph", "dist/idiomorph-ext.min.js"))


def main() -> int:
    if "--check" in sys.argv[1:]:
        return check()
    built = {STATIC / "vendor" / "htmx.js": scripts(), STATIC / "icons.svg": sprite(), LICENCES: licences().encode()}
    built[ROOT / "tests" / "browser" / "axe.min.js"] = (PACKAGES / "axe-core" / "axe.min.js").read_bytes()
    for path, content in built.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    MANIFEST.write_text(json.dumps(manifest(built), indent=2) + "\n")
    return 0


def check() -> int:
    """Compare every file with the manifest; print what differs."""
    drifted = [
        entry["path"]
        for entry in json.loads(MANIFEST.read_text())["files"]
        if not (ROOT / entry["path"]).is_file() or sha384((ROOT / entry["path"]).read_bytes()) != entry["sha384"]
    ]
    for path in drifted:
        print(f"{path} is not what vendor.py made", file=sys.stderr)
    return 1 if drifted else 0


def scripts() -> bytes:
    parts = []
    for package, path in SCRIPTS:
        head = f"/*! {package} {version(package)}, licence {described(package)['license']}, see LICENCES.txt */\n"
        parts.append(head.encode() + (PACKAGES / package / path).read_bytes().rstrip() + b"\n")
    return b";".join(parts)


def sprite() -> bytes:
    """Return Lucide's icons as symbols `i-<name>` and our own status shapes as `s-<status>`."""
    head = f"<!-- Lucide {version('lucide-static')}, licence ISC, see vendor/LICENCES.txt; symbols s-… are our own -->"
    symbols = [symbol(name) for name in (HERE / "icons.txt").read_text().split()]
    shapes = (HERE / "shapes.svg").read_text().strip()
    return f'<svg xmlns="http://www.w3.org/2000/svg">{head}\n{"".join(symbols)}{shapes}\n</svg>\n'.encode()


def symbol(name: str) -> str:
    text = (PACKAGES / "lucide-static" / "icons" / f"{name}.svg").read_text()
    body = re.search(r"<svg[^>]*>(.*)</svg>", text, re.DOTALL)
    if body is None:
        raise SystemExit(f"icon {name} has no drawing")
    drawing = re.sub(r"\s*\n\s*", "", body[1])
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{drawing}</symbol>\n'


def licences() -> str:
    texts = []
    for package in ("htmx.org", "idiomorph", "lucide-static"):
        text = (PACKAGES / package / "LICENSE").read_text().strip()
        texts.append(f"{package} {version(package)}\n{'=' * 60}\n{text}\n")
    return "\n".join(texts)


def manifest(built: dict[Path, bytes]) -> dict[str, Any]:
    packages = {name: {"version": version(name), "licence": described(name)["license"]} for name in pinned()}
    files = [
        {
            "path": str(path.relative_to(ROOT)),
            "bytes": len(content),
            "gzip": len(gzip.compress(content, 9, mtime=0)),
            "sha384": sha384(content),
        }
        for path, content in built.items()
    ]
    return {"packages": packages, "files": files}


def pinned() -> dict[str, str]:
    package = json.loads((HERE / "package.json").read_text())
    return {**package["dependencies"], **package["devDependencies"]}


def described(package: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PACKAGES / package / "package.json").read_text())
    return loaded


def version(package: str) -> str:
    """Return the installed version, which must be the pinned one."""
    installed: str = described(package)["version"]
    if installed != pinned()[package]:
        raise SystemExit(f"{package} {installed} is installed, {pinned()[package]} is pinned: run npm ci --ignore-scripts")
    return installed


def sha384(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


if __name__ == "__main__":
    sys.exit(main())
