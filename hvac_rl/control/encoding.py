"""What a policy sees and what its choice means: the one encoding for training and service.

``zone_features`` and ``site_features`` make the observation of one zone, already normalised to
about [-1, 1]; ``decode`` turns a mode and the rule's wish into the zone's wish. Plain arithmetic on
numbers; the simulator compiles them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from math import cos, exp, pi, sin
from typing import NamedTuple, Protocol

from hvac_rl.control.base_rule import SiteFacts
from hvac_rl.control.schedule import TimeFacts
from hvac_rl.safety.rules import clamp
from hvac_rl.safety.values import ZoneFacts, ZoneWish

FORECAST_HOURS = 24
SLOW_FILTER_H = 24.0


class Numbers(Protocol):
    """A list or an array of numbers."""

    def __getitem__(self, index: int, /) -> float: ...


class Feature(NamedTuple):
    """One number of the observation: name, unit before normalising, what it is."""

    name: str
    unit: str
    meaning: str


# Those of the zone first, then those that all zones of a site share.
FEATURES: tuple[Feature, ...] = (
    Feature("air", "degC", "zone air temperature, (T - 22.5) / 5"),
    Feature("air_slow", "degC", "zone air temperature filtered over 24 h, a stand-in for the mass"),
    Feature("co2", "ppm", "zone CO2, (c - 400) / 800"),
    Feature("occupied", "bool", "presence in the zone"),
    Feature("facade", "W/m2", "irradiance on the zone's facade / 500"),
    Feature("rule_heating", "degC", "the rule's own heating setpoint, (T - 21) / 5"),
    Feature("rule_cooling", "degC", "the rule's own cooling setpoint, (T - 24) / 6"),
    Feature("rule_blind", "fraction", "the rule's own blind position"),
    Feature("orientation_sin", "rad", "sine of the facade's azimuth, 0 without a facade"),
    Feature("orientation_cos", "rad", "cosine of the facade's azimuth, 0 without a facade"),
    Feature("building_air", "degC", "mean air temperature of all zones"),
    Feature("scheduled", "bool", "inside the building's occupied hours"),
    Feature("to_start", "h", "exp(-hours to the next scheduled occupancy / 4)"),
    Feature("to_end", "h", "hours to the end of scheduled occupancy / 10"),
    Feature("workday", "bool", "today is a workday"),
    Feature("workday_tomorrow", "bool", "tomorrow is a workday"),
    Feature("hour_sin", "h", "sine of the time of day"),
    Feature("hour_cos", "h", "cosine of the time of day"),
    Feature("outdoor", "degC", "outdoor air temperature, (T - 15) / 15"),
    Feature("outdoor_0_2", "degC", "forecast outdoor air, mean of hours 0-2"),
    Feature("outdoor_2_4", "degC", "forecast outdoor air, mean of hours 2-4"),
    Feature("outdoor_4_8", "degC", "forecast outdoor air, mean of hours 4-8"),
    Feature("outdoor_8_16", "degC", "forecast outdoor air, mean of hours 8-16"),
    Feature("outdoor_16_24", "degC", "forecast outdoor air, mean of hours 16-24"),
    Feature("ghi", "W/m2", "global horizontal irradiance / 800"),
    Feature("ghi_0_2", "W/m2", "forecast irradiance, mean of hours 0-2"),
    Feature("ghi_2_4", "W/m2", "forecast irradiance, mean of hours 2-4"),
    Feature("ghi_4_8", "W/m2", "forecast irradiance, mean of hours 4-8"),
    Feature("ghi_8_16", "W/m2", "forecast irradiance, mean of hours 8-16"),
    Feature("ghi_16_24", "W/m2", "forecast irradiance, mean of hours 16-24"),
    Feature("price", "1/kWh", "price now over the tariff's mean, less one"),
    Feature("price_0_2", "1/kWh", "price over the next 2 h, likewise"),
    Feature("price_2_6", "1/kWh", "price over hours 2-6, likewise"),
)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
N_FEATURES = len(FEATURES)


class Setpoints(NamedTuple):
    """Setpoints that replace the rule's [°C]; NaN keeps them."""

    name: str
    heating_c: float
    cooling_c: float


class ModeSpec(NamedTuple):
    """A mode: what takes the place of the rule's setpoints [°C] (NaN keeps them) and of its blind.

    ``blind``: "rule" keeps it, "open" opens it, "closed" closes it (one step further where
    somebody is in the room).
    """

    name: str
    heating_c: float
    cooling_c: float
    blind: str


_KEEP = float("nan")
# Wide on purpose: what a building stores overnight is where the saving is. What of it holds while
# people are in the room is the guard's business, in training as in service.
SETPOINTS: tuple[Setpoints, ...] = (
    Setpoints("rule", _KEEP, _KEEP),
    Setpoints("off", 16.0, 30.0),
    Setpoints("relax", 19.5, 25.5),
    Setpoints("comfort", 21.0, 24.0),
    Setpoints("cooler", 21.0, 23.4),
    Setpoints("warmer", 21.6, 24.6),
    Setpoints("preheat", 22.5, 24.5),
    Setpoints("preheat more", 23.7, 25.0),
    Setpoints("precool", 16.0, 22.8),
    Setpoints("precool more", 16.0, 21.1),
    Setpoints("precool most", 16.0, 19.5),
    Setpoints("precool deep", 16.0, 18.0),
)
BLINDS: tuple[str, ...] = ("rule", "open", "closed")
N_SETPOINTS, N_BLINDS = len(SETPOINTS), len(BLINDS)
# Mode m has setpoints m // N_BLINDS and blind m % N_BLINDS.
MODES: tuple[ModeSpec, ...] = tuple(
    ModeSpec(one.name if blind == "rule" else f"{one.name}, blind {blind}", *one[1:], blind)
    for one in SETPOINTS
    for blind in BLINDS
)
N_MODES = len(MODES)
MODE_NAMES: tuple[str, ...] = tuple(mode.name for mode in MODES)
RULE_MODE = 0
# Parallel tuples of numbers: compiled code reads these.
MODE_HEATING_C: tuple[float, ...] = tuple(mode.heating_c for mode in MODES)
MODE_COOLING_C: tuple[float, ...] = tuple(mode.cooling_c for mode in MODES)
MODE_OPENS_BLIND: tuple[bool, ...] = tuple(mode.blind == "open" for mode in MODES)
MODE_CLOSES_BLIND: tuple[bool, ...] = tuple(mode.blind == "closed" for mode in MODES)


def schema(features: Sequence[str]) -> dict[str, object]:
    """The observation and action schema of a policy over ``features``, as plain data."""
    known = {feature.name: feature for feature in FEATURES}
    return {
        "observation": [list(known[name]) for name in features],
        "modes": [
            [
                m.name,
                None if m.heating_c != m.heating_c else m.heating_c,
                None if m.cooling_c != m.cooling_c else m.cooling_c,
                m.blind,
            ]
            for m in MODES
        ],
        "decision_every_s": 3600,
    }


def schema_hash(features: Sequence[str]) -> str:
    """SHA-256 of the schema: a policy runs only where this matches."""
    text = json.dumps(schema(features), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def window_mean(values: Numbers, first: int, last: int) -> float:
    """Mean of ``values[first:last]``."""
    total = 0.0
    for k in range(first, last):
        total += values[k]
    return total / (last - first)


def slow_filter(slow_c: float, air_c: float, elapsed_h: float) -> float:
    """First-order filter with a 24 h time constant; begins at the first value."""
    if slow_c != slow_c:
        return air_c
    return slow_c + (air_c - slow_c) * (1.0 - exp(-elapsed_h / SLOW_FILTER_H))


class Outlook(NamedTuple):
    """Forecast means over windows of hours ahead [°C], [W/m2] and prices [1/kWh]."""

    outdoor_0_2: float
    outdoor_2_4: float
    outdoor_4_8: float
    outdoor_8_16: float
    outdoor_16_24: float
    ghi_0_2: float
    ghi_2_4: float
    ghi_4_8: float
    ghi_8_16: float
    ghi_16_24: float
    price_0_2: float
    price_2_6: float


class TimeFeatures(NamedTuple):
    """The clock's part of an observation."""

    scheduled: float
    to_start: float
    to_end: float
    workday: float
    workday_tomorrow: float
    hour_sin: float
    hour_cos: float


class ZoneFeatures(NamedTuple):
    """The zone's part of an observation, normalised; the first of FEATURES."""

    air: float
    air_slow: float
    co2: float
    occupied: float
    facade: float
    rule_heating: float
    rule_cooling: float
    rule_blind: float
    orientation_sin: float
    orientation_cos: float


class SiteFeatures(NamedTuple):
    """The part of an observation that all zones share, normalised; the last of FEATURES."""

    building_air: float
    scheduled: float
    to_start: float
    to_end: float
    workday: float
    workday_tomorrow: float
    hour_sin: float
    hour_cos: float
    outdoor: float
    outdoor_0_2: float
    outdoor_2_4: float
    outdoor_4_8: float
    outdoor_8_16: float
    outdoor_16_24: float
    ghi: float
    ghi_0_2: float
    ghi_2_4: float
    ghi_4_8: float
    ghi_8_16: float
    ghi_16_24: float
    price: float
    price_0_2: float
    price_2_6: float


def outlook(outdoor_c: Numbers, ghi_w_m2: Numbers, price_per_kwh: Numbers) -> Outlook:
    """The windows of 24 hourly values from now."""
    return Outlook(
        window_mean(outdoor_c, 0, 2),
        window_mean(outdoor_c, 2, 4),
        window_mean(outdoor_c, 4, 8),
        window_mean(outdoor_c, 8, 16),
        window_mean(outdoor_c, 16, 24),
        window_mean(ghi_w_m2, 0, 2),
        window_mean(ghi_w_m2, 2, 4),
        window_mean(ghi_w_m2, 4, 8),
        window_mean(ghi_w_m2, 8, 16),
        window_mean(ghi_w_m2, 16, 24),
        window_mean(price_per_kwh, 0, 2),
        window_mean(price_per_kwh, 2, 6),
    )


def time_features(time: TimeFacts) -> TimeFeatures:
    """The clock's part of an observation."""
    return TimeFeatures(
        1.0 if time.scheduled else 0.0,
        exp(-time.hours_to_start / 4.0),
        time.hours_to_end / 10.0,
        1.0 if time.workday else 0.0,
        1.0 if time.workday_tomorrow else 0.0,
        sin(2.0 * pi * time.hour / 24.0),
        cos(2.0 * pi * time.hour / 24.0),
    )


def orientation(azimuth_deg: float) -> tuple[float, float]:
    """(sine, cosine) of a facade's azimuth clockwise from north; NaN, no facade, gives (0, 0)."""
    if azimuth_deg != azimuth_deg:
        return 0.0, 0.0
    return sin(azimuth_deg * pi / 180.0), cos(azimuth_deg * pi / 180.0)


def zone_features(
    zone: ZoneFacts,
    air_slow_c: float,
    rule_wish: ZoneWish,
    orientation_sin: float,
    orientation_cos: float,
) -> ZoneFeatures:
    """The zone's part of an observation."""
    return ZoneFeatures(
        (zone.air_c - 22.5) / 5.0,
        (air_slow_c - 22.5) / 5.0,
        (zone.co2_ppm - 400.0) / 800.0,
        1.0 if zone.occupied else 0.0,
        zone.facade_w_m2 / 500.0,
        (rule_wish.heating_c - 21.0) / 5.0,
        (rule_wish.cooling_c - 24.0) / 6.0,
        rule_wish.blind,
        orientation_sin,
        orientation_cos,
    )


def site_features(
    site: SiteFacts, building_air_c: float, time: TimeFeatures, ahead: Outlook, price_mean: float
) -> SiteFeatures:
    """The part of an observation that all zones share."""
    return SiteFeatures(
        (building_air_c - 22.5) / 5.0,
        time.scheduled,
        time.to_start,
        time.to_end,
        time.workday,
        time.workday_tomorrow,
        time.hour_sin,
        time.hour_cos,
        (site.outdoor_c - 15.0) / 15.0,
        (ahead.outdoor_0_2 - 15.0) / 15.0,
        (ahead.outdoor_2_4 - 15.0) / 15.0,
        (ahead.outdoor_4_8 - 15.0) / 15.0,
        (ahead.outdoor_8_16 - 15.0) / 15.0,
        (ahead.outdoor_16_24 - 15.0) / 15.0,
        site.ghi_w_m2 / 800.0,
        ahead.ghi_0_2 / 800.0,
        ahead.ghi_2_4 / 800.0,
        ahead.ghi_4_8 / 800.0,
        ahead.ghi_8_16 / 800.0,
        ahead.ghi_16_24 / 800.0,
        site.price_per_kwh / price_mean - 1.0,
        ahead.price_0_2 / price_mean - 1.0,
        ahead.price_2_6 / price_mean - 1.0,
    )


def encode_zone(
    zone: ZoneFacts,
    air_slow_c: float,
    azimuth_deg: float,
    rule_wish: ZoneWish,
    shared: SiteFeatures,
) -> tuple[float, ...]:
    """The observation of one zone, shape (N_FEATURES,).

    ``azimuth_deg``: facade azimuth clockwise from north, NaN for a zone without one.
    """
    own = zone_features(zone, air_slow_c, rule_wish, *orientation(azimuth_deg))
    return (*own, *shared)


def decode(mode: int, rule_wish: ZoneWish, occupied: bool) -> ZoneWish:
    """The zone's wish under a mode: the rule's, with the mode's setpoints and blind.

    Lights always follow the rule. In an occupied room "closed" is one step further closed: people
    want to look out.
    """
    heating_c = rule_wish.heating_c
    cooling_c = rule_wish.cooling_c
    blind = rule_wish.blind
    if MODE_HEATING_C[mode] == MODE_HEATING_C[mode]:
        heating_c = MODE_HEATING_C[mode]
        cooling_c = MODE_COOLING_C[mode]
    if MODE_OPENS_BLIND[mode]:
        blind = 0.0
    if MODE_CLOSES_BLIND[mode]:
        blind = clamp(blind + 0.3, 0.0, 1.0) if occupied else 1.0
    return ZoneWish(heating_c, cooling_c, blind, rule_wish.light)
