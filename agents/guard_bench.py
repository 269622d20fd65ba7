"""``hvac-rl bench guard``: what one cycle of the guard costs the daemon."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Annotated

import typer

from hvac_rl.points import Point, WriteAccess
from hvac_rl.records import Decision, Reading, Snapshot
from hvac_rl.safety.guard import Guard, GuardSettings
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.units import UNITS
from hvac_rl.zones import AirHandler, Plant, Zone

BUDGET_S = 0.005
"""What a 500-point site may cost a cycle."""
CYCLES = 200
BEGIN_S = 1_784_041_200.0
CYCLE_S = 300.0
VALUES = {
    "air_temperature": 22.0, "co2": 600.0, "occupancy": 1.0, "daylight": 100.0,
    "facade_irradiance": 50.0, "heating": 21.0, "cooling": 24.0, "blind": 0.2, "light": 0.6,
    "supply_air_temperature": 14.0, "enable": 1.0, "supply_air": 14.0, "static_pressure": 150.0,
    "outdoor_air": 0.5, "outdoor_air_temperature": 10.0, "wind_speed": 2.0,
    "global_irradiance": 100.0,
}  # fmt: skip


def _point(of: str, role: str, writable: bool = False) -> Point:
    write = WriteAccess(minimum=0.0, maximum=1000.0, deadband=0.0, daily_writes=96)
    return Point(
        name=f"{of}.{role}", device=of, of=of, brick=role, unit=UNITS["count"],
        address=(of, role), write=write if writable else None,
    )  # fmt: skip


def bench_plant(points: int) -> Plant:
    """A plant of at least so many points: nine a zone, an air handler for every ten zones."""
    count = 1
    while 9 * count + 5 * (1 + (count - 1) // 10) + 3 < points:
        count += 1
    handlers = [f"ahu{k}" for k in range(1 + (count - 1) // 10)]
    sensors = ("air_temperature", "co2", "occupancy", "daylight", "facade_irradiance")
    return Plant(
        zones=tuple(
            Zone(
                name=f"zone{k}", area_m2=50.0, design_people=4.0, full_light_lux=550.0,
                served_by=handlers[k // 10],
                sensors={role: _point(f"zone{k}", role) for role in sensors},
                commands={
                    role: _point(f"zone{k}", role, True)
                    for role in ("heating", "cooling", "blind", "light")
                },
            )
            for k in range(count)
        ),
        air_handlers=tuple(
            AirHandler(
                name=name, design_outdoor_air_m3_s=1.0,
                sensors={"supply_air_temperature": _point(name, "supply_air_temperature")},
                commands={
                    role: _point(name, role, True)
                    for role in ("enable", "supply_air", "static_pressure", "outdoor_air")
                },
            )
            for name in handlers
        ),
        sensors={
            role: _point("site", role)
            for role in ("outdoor_air_temperature", "wind_speed", "global_irradiance")
        },
    )  # fmt: skip


def time_cycles(plant: Plant, cycles: int = CYCLES) -> list[float]:
    """Processor seconds of each of so many cycles; wishes and readings move in every one."""
    guard = Guard(
        plant,
        GuardSettings(
            {zone.name: ZoneLimits() for zone in plant.zones},
            {handler.name: AirHandlerLimits() for handler in plant.air_handlers},
            13, 1.5 * CYCLE_S, 7200.0,
        ),
    )  # fmt: skip
    points, held = plant.points(), {point.name for point in plant.commandable()}
    spent = []
    for cycle in range(cycles):
        time_s = BEGIN_S + CYCLE_S * cycle
        shift = 0.001 * (cycle % 7)
        readings = {
            p.name: Reading(point=p.name, time_s=time_s, value=VALUES[p.brick] + shift)
            for p in points
        }
        wishes = {p.name: VALUES[p.brick] * (1.0 + 0.1 * (cycle % 3)) for p in plant.commandable()}
        snapshot = Snapshot(time_s=time_s, readings=readings)
        decision = Decision(time_s=time_s, wishes=wishes, chosen_by="bench")
        began = thread_time()
        guard.judge(snapshot, decision, held)
        spent.append(thread_time() - began)
    return spent


def guard(
    points: Annotated[int, typer.Option(min=12, max=100_000, help="Points of the site.")] = 500,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON.")
    ] = None,
) -> None:
    """Measure what one cycle of the guard costs on a site of so many points.

    Gates, rules and commands for a whole snapshot, in one thread, without network or policy;
    processor time, so that what else the machine does hardly shows.
    A 500-point site has a budget of 5 ms.

        hvac-rl bench guard --points 500 --json guard.json
    """
    plant = bench_plant(points)
    spent = sorted(time_cycles(plant))
    budget_s = BUDGET_S * points / 500.0
    figures = {
        "points": len(plant.points()),
        "cycles": len(spent),
        "median_ms": 1000.0 * median(spent),
        "p95_ms": 1000.0 * spent[int(0.95 * len(spent))],
        "budget_ms": 1000.0 * budget_s,
        "median_over_budget": median(spent) / budget_s,
    }
    typer.echo(
        f"{figures['points']} points: {figures['median_ms']:.2f} ms a cycle (median of "
        f"{figures['cycles']}), {figures['p95_ms']:.2f} ms in 95 % of them; "
        f"budget {figures['budget_ms']:.2f} ms"
    )
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
