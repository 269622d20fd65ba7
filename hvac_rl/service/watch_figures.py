"""What Watch has shown, from the journal: agreement, the guard's changes, missed data, latency.

And a prediction: what Run would have changed in the building's electric power, by a regression of
the measured power on outdoor air, setpoints, light and fans. It is a model's word, labelled so;
savings are measured, never predicted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session, col, select

from hvac_rl.records import Outcome
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import CommandRow, ControlRow, CycleRow, ReadingRow, Store
from hvac_rl.zones import AirHandler, Zone

# A regression on less, or one that explains less of the power, says nothing.
LEAST_CYCLES, LEAST_R2 = 48, 0.5


@dataclass(frozen=True, slots=True)
class Agreement:
    """One kind of command: how often we and the BMS wanted the same, and the mean distance."""

    same_share: float
    mean_distance: float
    count: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """Mean electric power [W]: measured, and by the model with our values; R2 of the model."""

    measured_w: float
    predicted_w: float
    r2: float


@dataclass(frozen=True, slots=True)
class WatchFigures:
    """Of the cycles in which something was watched. Shares are 0 to 1, latencies wall time."""

    cycles: int
    missed_share: float
    agreement: Mapping[str, Agreement]
    guard_changes: Mapping[str, int]
    latency_median_s: float
    latency_p95_s: float
    prediction: Prediction | None


def watch_figures(site: Site, store: Store, since_s: float) -> WatchFigures:
    """``since_s``: site time from which on cycles count."""
    with Session(store.engine) as session:
        cycles = session.exec(
            select(CycleRow.number, CycleRow.duration_s).where(CycleRow.time_s >= since_s)
        ).all()
        numbers = [number for number, _ in cycles]
        first = min(numbers, default=0)
        commands = session.exec(
            select(CommandRow).where(
                CommandRow.outcome == Outcome.WATCHED.value, CommandRow.cycle >= first
            )
        ).all()
        control = session.exec(
            select(ControlRow.by).where(
                ControlRow.cycle >= first, col(ControlRow.by).startswith("bms: ")
            )
        ).all()
        needed = [
            site.plant.sensors[role].name
            for role in ("outdoor_air_temperature", "power")
            if role in site.plant.sensors
        ]
        readings = session.exec(
            select(ReadingRow.cycle, ReadingRow.point, ReadingRow.value).where(
                col(ReadingRow.point).in_(needed), ReadingRow.cycle >= first
            )
        ).all()
    durations = [seconds for _, seconds in cycles] or [0.0]
    off_or_watched = [by for by in control if by != "bms: off"]
    missed = [by for by in off_or_watched if not by.startswith("bms: watched by ")]
    rows = [
        _Watched(row.cycle, row.point, row.value, row.effective)
        for row in commands
        if row.value is not None and row.effective is not None
    ]
    return WatchFigures(
        cycles=len({row.cycle for row in rows}),
        missed_share=len(missed) / len(off_or_watched) if off_or_watched else 0.0,
        agreement=_agreement(site, rows),
        guard_changes=Counter(row.rule for row in commands if row.rule),
        latency_median_s=float(np.median(durations)),
        latency_p95_s=float(np.quantile(durations, 0.95)),
        prediction=_predict(site, rows, readings),
    )


@dataclass(frozen=True, slots=True)
class _Watched:
    cycle: int
    point: str
    ours: float
    theirs: float


def _roles(site: Site) -> dict[str, str]:
    owners: list[Zone | AirHandler] = [*site.plant.zones, *site.plant.air_handlers]
    return {point.name: role for owner in owners for role, point in owner.commands.items()}


def _agreement(site: Site, rows: Sequence[_Watched]) -> dict[str, Agreement]:
    roles = _roles(site)
    deadband = {p.name: p.write.deadband for p in site.plant.commandable() if p.write}
    distances: dict[str, list[float]] = defaultdict(list)
    same: Counter[str] = Counter()
    for row in rows:
        role, distance = roles[row.point], abs(row.ours - row.theirs)
        distances[role].append(distance)
        same[role] += distance <= deadband[row.point]
    return {
        role: Agreement(same[role] / len(found), float(np.mean(found)), len(found))
        for role, found in distances.items()
    }


def _predict(
    site: Site, rows: Sequence[_Watched], readings: Sequence[tuple[int, str, float | None]]
) -> Prediction | None:
    sensors = site.plant.sensors
    if "power" not in sensors:
        return None
    measured: dict[str, dict[int, float]] = defaultdict(dict)
    for cycle, point, value in readings:
        if value is not None:
            measured[point][cycle] = value
    power, outdoor = (measured[sensors[role].name] for role in ("power", "outdoor_air_temperature"))
    ours, theirs = _means(site, rows, "ours"), _means(site, rows, "theirs")
    cycles = [c for c in ours if c in power and c in outdoor]
    if len(cycles) < LEAST_CYCLES:
        return None
    target = np.array([power[c] for c in cycles])
    features = np.array([_features(outdoor[c], theirs[c]) for c in cycles])
    weights, *_ = np.linalg.lstsq(features, target, rcond=None)
    residual = target - features @ weights
    spread = float(((target - target.mean()) ** 2).sum())
    r2 = 1.0 - float((residual**2).sum()) / spread if spread > 0.0 else 0.0
    if r2 < LEAST_R2:
        return None
    wished = np.array([_features(outdoor[c], ours[c]) for c in cycles])
    difference = float(((wished - features) @ weights).mean())
    return Prediction(float(target.mean()), float(target.mean()) + difference, r2)


def _features(outdoor_c: float, means: Mapping[str, float]) -> list[float]:
    """Change-point terms in the manner of inverse building models (ASHRAE Guideline 14)."""
    heating, cooling = means.get("heating", 20.0), means.get("cooling", 24.0)
    return [
        1.0,
        max(0.0, heating - outdoor_c),
        max(0.0, outdoor_c - cooling),
        means.get("light", 0.0),
        means.get("enable", 0.0),
    ]


def _means(site: Site, rows: Sequence[_Watched], which: str) -> dict[int, dict[str, float]]:
    """For each cycle the mean of each kind of command."""
    roles = _roles(site)
    sums: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        sums[row.cycle][roles[row.point]].append(getattr(row, which))
    return {
        cycle: {role: sum(values) / len(values) for role, values in kinds.items()}
        for cycle, kinds in sums.items()
    }
