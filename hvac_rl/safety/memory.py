"""What the guard remembers between cycles, as plain data that a restart keeps.

Equipment timers, starts, budgets, holds and latches outlive the process: :func:`to_plain` gives
numbers, words and dictionaries for whatever store the service has, :func:`from_plain` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from typing import Any, NamedTuple, TypeVar

from hvac_rl.safety.freeze import FreezeState
from hvac_rl.safety.holds import Hold
from hvac_rl.safety.inputs import InputTrack
from hvac_rl.safety.latches import Latch
from hvac_rl.safety.rules import SECONDS_PER_DAY
from hvac_rl.safety.values import LONG_AGO_S, NAN, AirHandlerGuardState, ZoneGuardState
from hvac_rl.zones import Plant

VERSION = 1
T = TypeVar("T", bound=NamedTuple)


@dataclass(slots=True)
class GuardMemory:
    """By name of zone, air handler, point or latch. Times are site time [s]."""

    zones: dict[str, ZoneGuardState] = field(default_factory=dict)
    handlers: dict[str, AirHandlerGuardState] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    inputs: dict[str, InputTrack] = field(default_factory=dict)
    freeze: dict[str, FreezeState] = field(default_factory=dict)
    latches: dict[str, Latch] = field(default_factory=dict)
    rain_s: float = LONG_AGO_S
    """When it last rained."""
    last_s: float = LONG_AGO_S
    """When the guard last judged."""


def new_memory(plant: Plant) -> GuardMemory:
    """A memory that has seen nothing yet."""
    return GuardMemory(
        zones={zone.name: ZoneGuardState() for zone in plant.zones},
        handlers={handler.name: AirHandlerGuardState() for handler in plant.air_handlers},
        freeze={handler.name: FreezeState() for handler in plant.air_handlers},
    )


def rebase(memory: GuardMemory, now_s: float, hold_s: float) -> None:
    """After the clock stepped back nothing lies in the future: timers begin again now, holds end
    ``hold_s`` from now at the latest, and the day's counts stay.
    """
    day = now_s // SECONDS_PER_DAY
    for name, zone in memory.zones.items():
        memory.zones[name] = zone._replace(
            setpoint_time_s=min(zone.setpoint_time_s, now_s),
            blind_time_s=min(zone.blind_time_s, now_s),
            presence_time_s=min(zone.presence_time_s, now_s),
            day=min(zone.day, day),
        )
    for name, handler in memory.handlers.items():
        memory.handlers[name] = handler._replace(
            enable_time_s=min(handler.enable_time_s, now_s),
            start_time_s=min(handler.start_time_s, now_s),
            supply_air_time_s=min(handler.supply_air_time_s, now_s),
            static_pressure_time_s=min(handler.static_pressure_time_s, now_s),
            outdoor_air_time_s=min(handler.outdoor_air_time_s, now_s),
            day=min(handler.day, day),
        )
    for name, hold in memory.holds.items():
        memory.holds[name] = replace(
            hold, since_s=min(hold.since_s, now_s), until_s=min(hold.until_s, now_s + hold_s)
        )
    for name, track in memory.inputs.items():
        memory.inputs[name] = track._replace(
            time_s=_not_after(track.time_s, now_s),
            flat_since_s=_not_after(track.flat_since_s, now_s),
            jumped_s=_not_after(track.jumped_s, now_s),
            jumped_since_s=_not_after(track.jumped_since_s, now_s),
        )
    for name, state in memory.freeze.items():
        memory.freeze[name] = state._replace(
            below_1_s=_not_after(state.below_1_s, now_s),
            below_2_s=_not_after(state.below_2_s, now_s),
            severe_s=_not_after(state.severe_s, now_s),
            above_s=_not_after(state.above_s, now_s),
            stage_2_s=_not_after(state.stage_2_s, now_s),
        )
    for name, latch in memory.latches.items():
        memory.latches[name] = replace(latch, since_s=min(latch.since_s, now_s))
    memory.rain_s = min(memory.rain_s, now_s)
    memory.last_s = now_s


def _not_after(time_s: float, now_s: float) -> float:
    """The earlier one; NaN stays NaN."""
    return now_s if time_s > now_s else time_s


def to_plain(memory: GuardMemory) -> dict[str, Any]:
    """Numbers, words and dictionaries only; NaN is None, so that any JSON reader takes it."""
    return {
        "version": VERSION,
        "zones": {name: _plain(state._asdict()) for name, state in memory.zones.items()},
        "handlers": {name: _plain(state._asdict()) for name, state in memory.handlers.items()},
        "holds": {name: asdict(hold) for name, hold in memory.holds.items()},
        "inputs": {name: _plain(track._asdict()) for name, track in memory.inputs.items()},
        "freeze": {name: _plain(state._asdict()) for name, state in memory.freeze.items()},
        "latches": {name: asdict(latch) for name, latch in memory.latches.items()},
        "rain_s": memory.rain_s,
        "last_s": memory.last_s,
    }


def from_plain(raw: Mapping[str, Any], plant: Plant) -> GuardMemory:
    """A memory for ``plant``; what is no longer on its lists is dropped, what is new is new.

    Raises ValueError for what :func:`to_plain` did not make.
    """
    if raw.get("version") != VERSION:
        raise ValueError(f"the guard's memory is of version {raw.get('version')!r}, not {VERSION}")
    memory = new_memory(plant)
    points = {point.name for point in plant.points()}
    try:
        for name in memory.zones.keys() & raw["zones"].keys():
            memory.zones[name] = _tuple(ZoneGuardState, raw["zones"][name])
        for name in memory.handlers.keys() & raw["handlers"].keys():
            memory.handlers[name] = _tuple(AirHandlerGuardState, raw["handlers"][name])
        for name in memory.freeze.keys() & raw["freeze"].keys():
            state = _tuple(FreezeState, raw["freeze"][name])
            memory.freeze[name] = state._replace(stage=int(state.stage))
        for name, one in raw["inputs"].items():
            if name in points:
                memory.inputs[name] = _tuple(InputTrack, one)
        for name, one in raw["holds"].items():
            if name in points:
                memory.holds[name] = Hold(
                    int(one["level"]),
                    _number(one["value"]),
                    _number(one["since_s"]),
                    _number(one["until_s"]),
                )
        for name, one in raw["latches"].items():
            memory.latches[name] = Latch(_number(one["since_s"]), str(one["reason"]))
        memory.rain_s = _number(raw["rain_s"])
        memory.last_s = _number(raw["last_s"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the guard's memory cannot be read: {error!r}") from error
    return memory


def _plain(values: Mapping[str, float]) -> dict[str, float | None]:
    return {key: value if value == value else None for key, value in values.items()}


def _tuple(kind: Callable[..., T], values: Mapping[str, Any]) -> T:
    """A named tuple from its fields by name; None is NaN."""
    return kind(**{key: NAN if value is None else _number(value) for key, value in values.items()})


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"the guard's memory has {value!r} where a number belongs")
    return float(value)
