"""What goes into the numeric guard, what it remembers, and what comes out: named tuples.

All fields are numbers, so that the simulator can compile whatever takes them.
"""

from __future__ import annotations

from typing import NamedTuple

NAN = float("nan")

# Drier than any air: what a zone without a humidity sensor reports as its dew point [°C].
DRY_C = -1e9
# So long ago that no timer remembers it [s].
LONG_AGO_S = -1e9

# Which rule bound a value, in the order of precedence; RULE_NAMES gives the words.
FREE = 0
SMALL = 1
HARD = 2
ROOM = 3
CONDENSATION = 4
WIND = 5
RAIN = 6
FROST = 7
CONTACT = 8
OUTDOOR_AIR = 9
CO2 = 10
LIGHT_FLOOR = 11
MUST_RUN = 12
TIMER = 13
STARTS = 14
RATE = 15
COMFORT = 16
GLARE = 17
DEADBAND = 18
BUDGET = 19

RULE_NAMES = (
    "",
    "write deadband",
    "hard limit",
    "room beyond its limits",
    "condensation",
    "wind",
    "rain",
    "frost",
    "window or maintenance contact",
    "minimum outdoor air",
    "CO2",
    "light floor",
    "must run",
    "equipment timer",
    "starts an hour",
    "rate",
    "comfort",
    "glare",
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
    dew_point_c: float = DRY_C
    """Of the room's air; DRY_C where nobody measures it."""
    contact_open: bool = False
    """A window or maintenance contact at the blind."""


class SiteWeather(NamedTuple):
    """What is measured outside this cycle, as far as blinds care."""

    wind_m_s: float
    outdoor_c: float
    raining: bool = False
    wet: bool = True
    """It rained not long ago; True where nobody measures rain, so that frost alone counts."""


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
    presence_time_s: float = LONG_AGO_S


class ZoneBound(NamedTuple):
    """For each point of a zone the rule that bound it last; FREE where the wish went through."""

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
    highest_dew_point_c: float = DRY_C


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
    outdoor_air_time_s: float = 0.0
    start_time_s: float = LONG_AGO_S


class AirHandlerBound(NamedTuple):
    """For each point of an air handler the rule that bound it last; FREE as for a zone."""

    enable: int
    supply_air: int
    static_pressure: int
    outdoor_air: int
