"""Runs the campaign and counts."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from hvac_rl.errors import HvacRlError
from hvac_rl.service.enclosure import impossible
from sim_buildings.building import load_building
from sim_buildings.field.campaign.faults import FAULTS, Fault
from sim_buildings.field.campaign.stage import BrokenSensors, Stage
from sim_buildings.field.describe import describe
from sim_buildings.simulation import Simulation
from sim_buildings.world import make_world


@dataclass(frozen=True, slots=True)
class Result:
    """One fault's row of ``--json``; see ``hvac-rl bench faults --help``."""

    fault: str
    runs: int
    limit_violations: int
    handback_s_max: float | None
    handback_expected: str
    records_lost: int
    records_destroyed_by_fault: int
    failures: tuple[str, ...]
    not_run: str

    def row(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def good(self) -> bool:
        return not (self.limit_violations or self.records_lost or self.failures)


def chosen(only: Sequence[str]) -> list[Fault]:
    """The faults of these names, all without any; raises HvacRlError for an unknown one."""
    names = [fault.name for fault in FAULTS]
    for name in only:
        if name not in names:
            raise HvacRlError("--only", f"{name!r} is not a fault; faults are: {', '.join(names)}")
    return [fault for fault in FAULTS if not only or fault.name in only]


def run_campaign(
    faults: Sequence[Fault], runs: int, seed: int, folder: Path, console: Console
) -> list[Result]:
    """Each fault ``runs`` times on one simulated small office. Raises HvacRlError when this machine
    cannot make a network for the daemon."""
    why = impossible()
    if why:
        raise HvacRlError(
            "hvac-rl bench faults", why, "It needs Linux, unshare and ip, and root or namespaces."
        )
    with console.status("Preparing the simulated office (the first time compiles it) ..."):
        simulated = broken_building(seed)
    return asyncio.run(_campaign(simulated, faults, runs, seed, folder, console))


def broken_building(seed: int) -> BrokenSensors:
    """The small office on a July morning, after a day under its BMS."""
    loaded = load_building("small_office")
    start = datetime(2026, 7, 14, 6)
    world = make_world(loaded, "greensboro", start.year, seed, tariff="time_of_use")
    start_s = (start - datetime(1970, 1, 1)).total_seconds()
    simulation = Simulation(loaded, world, start_s=start_s, dt_s=60.0)
    simulation.warm_up(1)
    return BrokenSensors(simulation, describe(loaded, world))


async def _campaign(
    simulated: BrokenSensors,
    faults: Sequence[Fault],
    runs: int,
    seed: int,
    folder: Path,
    console: Console,
) -> list[Result]:
    results = []
    async with Stage(simulated, folder, random.Random(seed)) as stage:
        for fault in faults:
            result = await _fault(stage, fault, runs, console)
            results.append(result)
    return results


async def _fault(stage: Stage, fault: Fault, runs: int, console: Console) -> Result:
    why = fault.impossible()
    if why:
        console.print(f"{fault.name}: not run: {why}", highlight=False, markup=False)
        return Result(fault.name, 0, 0, None, fault.expected, 0, 0, (), why)
    taken: list[float] = []
    failures: list[str] = []
    lost = destroyed = 0
    before = len(stage.limits.violations)
    began_s = time.monotonic()
    for _ in range(runs):
        try:
            if stage.enclosure is None or stage.enclosure.returncode() is not None:
                await stage.end_daemon(signal.SIGKILL)
                await stage.start_daemon()
            seconds = await fault.run(stage)
            if seconds is not None:
                taken.append(seconds)
        except HvacRlError as error:
            failures.append(str(error).splitlines()[0])
            stage.set_leases(None)
            await stage.end_daemon(signal.SIGKILL)
        missing = stage.witness.missing()
        if fault.destroys:
            destroyed += missing
        else:
            lost += missing
        if missing:
            stage.witness.begin_anew()
    result = Result(
        fault=fault.name,
        runs=runs,
        limit_violations=len(stage.limits.violations) - before,
        handback_s_max=round(max(taken), 2) if taken else None,
        handback_expected=fault.expected,
        records_lost=lost,
        records_destroyed_by_fault=destroyed,
        failures=tuple(failures),
        not_run="",
    )
    console.print(_line(result, time.monotonic() - began_s), highlight=False, markup=False)
    for violation in stage.limits.violations[before:]:
        console.print(f"  {violation}", highlight=False, markup=False)
    return result


def _line(result: Result, wall_s: float) -> str:
    handback = (
        f"back after at most {result.handback_s_max:.1f} s"
        if result.handback_s_max is not None
        else "no hand-back called for"
    )
    bad = f"; FAILED: {'; '.join(result.failures)}" if result.failures else ""
    return (
        f"{result.fault}: {result.runs} runs in {wall_s:.0f} s, {handback}, "
        f"{result.limit_violations} limit violations, {result.records_lost} records lost, "
        f"{result.records_destroyed_by_fault} destroyed by the fault{bad}"
    )
