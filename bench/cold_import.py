"""How long the import of each API function takes in a fresh interpreter: what a cold start pays."""

import os
import subprocess
import sys
from statistics import median
from time import perf_counter

from bench.machine import ROOT
from bench.measure import Figure
from bench.server import Server

RUNS = 5
BYTECODE = ROOT / "build" / "bytecode"  # kept between runs, as an installation keeps it beside its modules


def cold_import_ms(_server: Server) -> Figure:
    modules = sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.glob("functions/*/app.py"))
    bare = import_ms("sys")
    times = {module.split(".")[1]: import_ms(module) - bare for module in modules}
    api_times = {name: ms for name, ms in times.items() if name != "ui"}  # the pages are no API function
    worst = max(api_times, key=lambda name: api_times[name])
    each = ", ".join(f"{name} {ms:.0f}" for name, ms in times.items())
    return Figure(api_times[worst], "ms", f"worst: {worst}; {each}", at_most=300)


def import_ms(module: str) -> float:
    """Return the median time of an interpreter that only imports `module`; the first run fills the caches."""
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PYTHONPYCACHEPREFIX": str(BYTECODE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    times = []
    for _ in range(RUNS + 1):
        started = perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, env=environment, check=True)
        times.append(perf_counter() - started)
    return median(times[1:]) * 1000
