"""`python -m bench`: runs the benchmarks one after another, prints a table and writes build/bench.json."""

import argparse
import json
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from time import monotonic

from bench import client
from bench.bulk_ingest import bulk_ingest_changing, bulk_ingest_ratio, bulk_ingest_vs_row_loop
from bench.cold_import import cold_import_ms
from bench.live_poll import live_204_ms
from bench.machine import ROOT, describe
from bench.measure import Figure
from bench.overview import overview_10000_nodes_ms
from bench.server import Server
from bench.server_memory import server_memory_mb
from bench.single_ingest import single_ingest_changing, single_ingest_ratio
from bench.storage import storage_bytes_per_result
from bench.sweep import sweep_10000_due_ms, sweep_idle_ms

BENCHMARKS: tuple[Callable[[Server], Figure], ...] = (
    bulk_ingest_ratio,
    bulk_ingest_vs_row_loop,
    bulk_ingest_changing,
    single_ingest_ratio,
    single_ingest_changing,
    sweep_idle_ms,
    sweep_10000_due_ms,
    overview_10000_nodes_ms,
    live_204_ms,
    server_memory_mb,
    cold_import_ms,
    storage_bytes_per_result,
)
RESULT_FILE = ROOT / "build" / "bench.json"


def main() -> int:
    """Return 1 when a benchmark could not be measured; a target that is missed is shown, not an error."""
    by_name = {benchmark.__name__: benchmark for benchmark in BENCHMARKS}
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=by_name, metavar="NAME", help=f"one of: {', '.join(by_name)}")
    only = parser.parse_args().only
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # through the same ends as Ctrl-C
    started = monotonic()
    with Server() as server:
        print(*describe(server.version, client.NAME), "", sep="\n", flush=True)
        figures = dict(measure_all(server, (by_name[only],) if only else BENCHMARKS))
    write(figures)
    print(f"\n{monotonic() - started:.0f} s; written to {RESULT_FILE.relative_to(ROOT)}")
    return 0 if None not in figures.values() else 1


def measure_all(server: Server, chosen: tuple[Callable[[Server], Figure], ...]) -> Iterator[tuple[str, Figure | None]]:
    """Yield name and figure of each as it is measured and printed; None when it failed."""
    print(f"{'name':26} {'value':>9} {'target':>8}  {'met':4} unit and how it came about")
    for benchmark in chosen:
        try:
            figure = benchmark(server)
        except Exception:  # noqa: BLE001 - the others are measured all the same
            print(f"{benchmark.__name__:26}    FAILED", flush=True)
            traceback.print_exc()
            yield benchmark.__name__, None
        else:
            print(line(benchmark.__name__, figure), flush=True)
            yield benchmark.__name__, figure


def line(name: str, figure: Figure) -> str:
    met = {True: "yes", False: "NO", None: ""}[figure.is_met]
    return f"{name:26} {figure.value:9.2f} {figure.target_text:>8}  {met:4} {figure.unit}: {figure.note}"


def write(figures: dict[str, Figure | None]) -> None:
    rows = [figure.row(name) for name, figure in figures.items() if figure]
    RESULT_FILE.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
