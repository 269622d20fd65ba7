"""What goes into the numeric guard, what it remembers, and what comes out: named tuples.

All fields are numbers, so that the simulator can compile whatever takes them.
"""

from __future__ import annotations

from typing import NamedTuple

NAN = float("nan")

# Which tier bound a value; RULE_NAMES gives the words.
FREE = 0
HARD = 1
PROTECTIVE = 2
TIMER = 3
RATE = 4
COMFORT = 5
DEADBAND = 6
BUDGET = 7

RULE_NAMES = (
    "",
    "hard limit",
    "protective",
    "equipment timer",
    "rate",
    "comfort",
    "setpoint deadband",
    "write budget",
)


class ZoneFacts(NamedTuple):
    """What is measured in a zone this cycle."""

    air_c: float
    co2_ppm: float
    occupied: bool
    daylight_lux: float
    facade_w_m2: float


class ZoneWish(NamedTuple):
    """One engineering value for each commandable point of a zone.

    Setpoints [°C]; blind 0 (retracted) to 1 (closed); light 0 to 1.
    """

    heating_c: float
    cooling_c: float
    blind: float
    light: float


class ZoneGuardState(NamedTuple):
    """What the guard remembers of a zone: last commands (NaN before the first), times, counts."""

    heating_c: float = NAN
    cooling_c: float = NAN
    blind: float = NAN
    light: float = NAN
    setpoint_time_s: float = 0.0
    blind_time_s: float = 0.0
    setpoint_writes: float = 0.0
    blind_writes: float = 0.0
    light_writes: float = 0.0
    day: float = -1.0


class ZoneBound(NamedTuple):
    """For each point of a zone the tier that bound it last."""

    heating: int
    cooling: int
    blind: int
    light: int


class AirHandlerFacts(NamedTuple):
    """What the air handler's rules need of the zones that it serves."""

    any_occupied: bool
    room_beyond_limits: bool
    highest_co2_ppm: float
    required_outdoor_air_m3_s: float
    design_outdoor_air_m3_s: float


class AirHandlerWish(NamedTuple):
    """Run enable (0 or 1), supply air setpoint [°C], static pressure [Pa], outdoor air [m3/s]."""

    enable: float
    supply_air_c: float
    static_pressure_pa: float
    outdoor_air_m3_s: float


class AirHandlerGuardState(NamedTuple):
    """What the guard remembers of an air handler."""

    enable: float = NAN
    supply_air_c: float = NAN
    static_pressure_pa: float = NAN
    outdoor_air_m3_s: float = NAN
    enable_time_s: float = 0.0
    supply_air_time_s: float = 0.0
    static_pressure_time_s: float = 0.0
    supply_air_writes: float = 0.0
    static_pressure_writes: float = 0.0
    outdoor_air_writes: float = 0.0
    day: float = -1.0


class AirHandlerBound(NamedTuple):
    """For each point of an air handler the tier that bound it last."""

    enable: int
    supply_air: int
    static_pressure: int
    outdoor_air: int
