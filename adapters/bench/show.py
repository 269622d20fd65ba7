"""The results for people and for programs."""

from __future__ import annotations

from rich.table import Table

from adapters.bench.measure import Tally
from adapters.bench.run import Results

BACNET_GOAL = 0.8
"""Of bare ReadPropertyMultiple, two requests outstanding."""
MODBUS_GOAL = 60_000.0
"""float32 points a second."""
SITE_GOAL_S = 2.0
PERCENTILES = (50, 95, 99)


def table(results: Results) -> Table:
    shown = Table(title=f"Adapters on loopback: {results.machine}", title_justify="left")
    shown.add_column("read")
    for name in ("points/s", "points/CPU-s", *(f"p{percent} ms" for percent in PERCENTILES)):
        shown.add_column(name, justify="right")
    for name, tally in (
        ("BACnet, adapter (value, flags, reliability)", results.bacnet),
        ("  bacpypes3 alone, the same properties", results.bacnet_raw),
        ("  bacpypes3 alone, present values only", results.bacnet_bare),
        ("Modbus, adapter (float32, blocks of 124)", results.modbus),
        ("  pymodbus alone, the same blocks", results.modbus_raw),
    ):
        shown.add_row(
            name,
            f"{tally.points_per_s:,.0f}",
            f"{tally.points_per_cpu_s:,.0f}",
            *(f"{tally.percentile_ms(percent):.1f}" for percent in PERCENTILES),
        )
    return shown


def sentences(results: Results) -> list[str]:
    """The three goals, and whether this run met them."""
    ratio = results.bacnet.points_per_s / results.bacnet_raw.points_per_s
    site = results.site
    return [
        f"BACnet: {ratio:.2f} of bacpypes3 alone, {_met(ratio >= BACNET_GOAL)} ({BACNET_GOAL:g}).",
        f"Modbus: {results.modbus.points_per_s:,.0f} float32 points/s, "
        f"{_met(results.modbus.points_per_s >= MODBUS_GOAL)} ({MODBUS_GOAL:,.0f}).",
        f"Site: {site.points:,} points, one device dead, {site.good:,} good: first cycle "
        f"{site.first_s:.2f} s, later ones {site.later_s:.2f} s, "
        f"{_met(site.first_s < SITE_GOAL_S and site.complete)} (under {SITE_GOAL_S:g} s, every "
        "point of the living devices).",
    ]


def summary(results: Results) -> dict[str, object]:
    """For ``--json``; rates in points per second of wall time, latencies of a whole batch."""
    site = results.site
    return {
        "machine": results.machine,
        "bacnet_points_per_s": results.bacnet.points_per_s,
        "bacnet_raw_points_per_s": results.bacnet_raw.points_per_s,
        "bacnet_raw_present_value_points_per_s": results.bacnet_bare.points_per_s,
        "modbus_points_per_s": results.modbus.points_per_s,
        "modbus_raw_points_per_s": results.modbus_raw.points_per_s,
        "points_per_cpu_s": {
            "bacnet": results.bacnet.points_per_cpu_s,
            "bacnet_raw": results.bacnet_raw.points_per_cpu_s,
            "bacnet_raw_present_value": results.bacnet_bare.points_per_cpu_s,
            "modbus": results.modbus.points_per_cpu_s,
            "modbus_raw": results.modbus_raw.points_per_cpu_s,
        },
        "latency_ms": {
            "bacnet": _latency(results.bacnet),
            "bacnet_raw": _latency(results.bacnet_raw),
            "modbus": _latency(results.modbus),
            "modbus_raw": _latency(results.modbus_raw),
        },
        "site_points": site.points,
        "site_good_points": site.good,
        "site_cycle_s": site.first_s,
        "site_later_cycle_s": site.later_s,
    }


def _latency(tally: Tally) -> dict[str, float]:
    return {f"p{percent}": tally.percentile_ms(percent) for percent in PERCENTILES}


def _met(reached: bool) -> str:
    return "goal met" if reached else "goal missed"
