"""MEMORY: how much of the agent's own memory is in use."""

from __future__ import annotations

import re
import sys
from typing import Any, Mapping

from statusmonitor_agent.step_type import ResultField, StepContext, StepOutcome, StepType, unavailable

MEMINFO_LINE = r"^(\w+):\s+(\d+) kB$"


def parse_meminfo(text: str) -> tuple[int, int, int, int]:
    """Return total, available, swap total and swap free, in bytes, from the text of /proc/meminfo."""
    sizes = {name: int(kilobytes) * 1024 for name, kilobytes in re.findall(MEMINFO_LINE, text, re.MULTILINE)}
    # Kernels before 3.14 do not say what is available.
    available = sizes.get("MemAvailable", sizes["MemFree"] + sizes.get("Buffers", 0) + sizes.get("Cached", 0))
    return sizes["MemTotal"], available, sizes.get("SwapTotal", 0), sizes.get("SwapFree", 0)


def _read_windows() -> tuple[int, int, int, int]:
    import ctypes

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in ("total", "available", "page_total", "page_free", "v1", "v2", "v3")),
        )

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):  # type: ignore[attr-defined,unused-ignore]
        raise OSError("GlobalMemoryStatusEx failed")
    page_total, page_free = (max(0, size) for size in (status.page_total - status.total, status.page_free - status.available))
    return status.total, status.available, page_total, page_free


def _read() -> tuple[int, int, int, int] | None:
    if sys.platform == "win32":
        return _read_windows()
    if not sys.platform.startswith("linux"):
        return None
    with open("/proc/meminfo", encoding="ascii") as meminfo:
        return parse_meminfo(meminfo.read())


def _run(_parameters: Mapping[str, Any], _context: StepContext) -> StepOutcome:
    sizes = _read()
    if sizes is None:
        return unavailable(f"MEMORY is not supported on {sys.platform}")
    total, available, swap_total, swap_free = sizes
    details = {
        "total_bytes": total,
        "available_bytes": available,
        "used_bytes": total - available,
        "percent_used": round(100 * (total - available) / total, 1),
        "percent_available": round(100 * available / total, 1),
        "swap_total_bytes": swap_total,
        "swap_used_bytes": swap_total - swap_free,
        "swap_percent_used": round(100 * (swap_total - swap_free) / swap_total, 1) if swap_total else 0.0,
    }
    return StepOutcome(is_available=True, details=details)


STEP_TYPE = StepType(
    name="MEMORY",
    description="Memory of the machine the agent runs on.",
    result_fields={
        "total_bytes": ResultField(int, "Memory of the machine", "bytes"),
        "available_bytes": ResultField(int, "What programs could still get", "bytes"),
        "used_bytes": ResultField(int, "In use", "bytes"),
        "percent_used": ResultField(float, "In use", "%"),
        "percent_available": ResultField(float, "What programs could still get", "%"),
        "swap_total_bytes": ResultField(int, "Swap or page file", "bytes"),
        "swap_used_bytes": ResultField(int, "Of it in use", "bytes"),
        "swap_percent_used": ResultField(float, "Of it in use", "%"),
    },
    run=_run,
)
