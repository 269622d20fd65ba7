"""What a policy sees and what its choice means: the one encoding for training and service.

``encode_zone`` writes the observation of one zone, already normalised to about [-1, 1];
``decode`` turns a mode and the rule's wish into the zone's wish. Plain arithmetic on numbers and
arrays; the simulator compiles both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import MutableSequence, Sequence
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


FEATURES: tuple[Feature, ...] = (
    Feature("air", "degC", "zone air temperature, (T - 22.5) / 5"),
    Feature("air_slow", "degC", "zone air temperature filtered over 24 h, a stand-in for the mass"),
    Feature("building_air", "degC", "mean air temperature of all zones"),
    Feature("co2", "ppm", "zone CO2, (c - 400) / 800"),
    Feature("occupied", "bool", "presence in the zone"),
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
    Feature("facade", "W/m2", "irradiance on the zone's facade / 500"),
    Feature("ghi", "W/m2", "global horizontal irradiance / 800"),
    Feature("ghi_0_2", "W/m2", "forecast irradiance, mean of hours 0-2"),
    Feature("ghi_2_4", "W/m2", "forecast irradiance, mean of hours 2-4"),
    Feature("ghi_4_8", "W/m2", "forecast irradiance, mean of hours 4-8"),
    Feature("ghi_8_16", "W/m2", "forecast irradiance, mean of hours 8-16"),
    Feature("ghi_16_24", "W/m2", "forecast irradiance, mean of hours 16-24"),
    Feature("price", "1/kWh", "price now over the tariff's mean, less one"),
    Feature("price_0_2", "1/kWh", "price over the next 2 h, likewise"),
    Feature("price_2_6", "1/kWh", "price over hours 2-6, likewise"),
    Feature("rule_heating", "degC", "the rule's own heating setpoint, (T - 21) / 5"),
    Feature("rule_cooling", "degC", "the rule's own cooling setpoint, (T - 24) / 6"),
    Feature("rule_blind", "fraction", "the rule's own blind position"),
    Feature("orientation_sin", "rad", "sine of the facade's azimuth, 0 without a facade"),
    Feature("orientation_cos", "rad", "cosine of the facade's azimuth, 0 without a facade"),
)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
N_FEATURES = len(FEATURES)


class ModeSpec(NamedTuple):
    """A mode: setpoints that replace the rule's [°C] (NaN keeps them), or a blind turned round."""

    name: str
    heating_c: float
    cooling_c: float
    flip_blind: bool


_KEEP = float("nan")
MODES: tuple[ModeSpec, ...] = (
    ModeSpec("rule", _KEEP, _KEEP, False),
    ModeSpec("off", 16.0, 30.0, False),
    ModeSpec("relax", 19.5, 25.5, False),
    ModeSpec("comfort", 21.0, 24.0, False),
    ModeSpec("preheat", 22.5, 24.5, False),
    ModeSpec("preheat more", 23.7, 25.0, False),
    ModeSpec("precool", 16.0, 22.8, False),
    ModeSpec("precool more", 16.0, 21.1, False),
    ModeSpec("precool most", 16.0, 19.5, False),
    ModeSpec("flip blind", _KEEP, _KEEP, True),
)
N_MODES = len(MODES)
MODE_NAMES: tuple[str, ...] = tuple(mode.name for mode in MODES)
RULE_MODE = 0
# Parallel tuples of numbers: compiled code reads these.
MODE_HEATING_C: tuple[float, ...] = tuple(mode.heating_c for mode in MODES)
MODE_COOLING_C: tuple[float, ...] = tuple(mode.cooling_c for mode in MODES)
MODE_FLIPS_BLIND: tuple[bool, ...] = tuple(mode.flip_blind for mode in MODES)


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
                m.flip_blind,
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


def encode_zone(
    out: MutableSequence[float],
    zone: ZoneFacts,
    air_slow_c: float,
    building_air_c: float,
    azimuth_deg: float,
    site: SiteFacts,
    time: TimeFacts,
    outdoor_forecast_c: Numbers,
    ghi_forecast_w_m2: Numbers,
    price_hourly: Numbers,
    price_mean: float,
    rule_wish: ZoneWish,
) -> None:
    """Write the observation of one zone into ``out``, shape (N_FEATURES,).

    Forecasts and ``price_hourly``: 24 hourly values from now. ``azimuth_deg``: facade azimuth
    clockwise from north, NaN for a zone without one.
    """
    out[0] = (zone.air_c - 22.5) / 5.0
    out[1] = (air_slow_c - 22.5) / 5.0
    out[2] = (building_air_c - 22.5) / 5.0
    out[3] = (zone.co2_ppm - 400.0) / 800.0
    out[4] = 1.0 if zone.occupied else 0.0
    out[5] = 1.0 if time.scheduled else 0.0
    out[6] = exp(-time.hours_to_start / 4.0)
    out[7] = time.hours_to_end / 10.0
    out[8] = 1.0 if time.workday else 0.0
    out[9] = 1.0 if time.workday_tomorrow else 0.0
    out[10] = sin(2.0 * pi * time.hour / 24.0)
    out[11] = cos(2.0 * pi * time.hour / 24.0)
    out[12] = (site.outdoor_c - 15.0) / 15.0
    out[13] = (window_mean(outdoor_forecast_c, 0, 2) - 15.0) / 15.0
    out[14] = (window_mean(outdoor_forecast_c, 2, 4) - 15.0) / 15.0
    out[15] = (window_mean(outdoor_forecast_c, 4, 8) - 15.0) / 15.0
    out[16] = (window_mean(outdoor_forecast_c, 8, 16) - 15.0) / 15.0
    out[17] = (window_mean(outdoor_forecast_c, 16, 24) - 15.0) / 15.0
    out[18] = zone.facade_w_m2 / 500.0
    out[19] = site.ghi_w_m2 / 800.0
    out[20] = window_mean(ghi_forecast_w_m2, 0, 2) / 800.0
    out[21] = window_mean(ghi_forecast_w_m2, 2, 4) / 800.0
    out[22] = window_mean(ghi_forecast_w_m2, 4, 8) / 800.0
    out[23] = window_mean(ghi_forecast_w_m2, 8, 16) / 800.0
    out[24] = window_mean(ghi_forecast_w_m2, 16, 24) / 800.0
    out[25] = site.price_per_kwh / price_mean - 1.0
    out[26] = window_mean(price_hourly, 0, 2) / price_mean - 1.0
    out[27] = window_mean(price_hourly, 2, 6) / price_mean - 1.0
    out[28] = (rule_wish.heating_c - 21.0) / 5.0
    out[29] = (rule_wish.cooling_c - 24.0) / 6.0
    out[30] = rule_wish.blind
    if azimuth_deg == azimuth_deg:
        out[31] = sin(azimuth_deg * pi / 180.0)
        out[32] = cos(azimuth_deg * pi / 180.0)
    else:
        out[31] = 0.0
        out[32] = 0.0


def decode(mode: int, rule_wish: ZoneWish, occupied: bool) -> ZoneWish:
    """The zone's wish under a mode: the rule's, with the mode's setpoints or a turned blind.

    Lights always follow the rule. In an occupied room a flip closes the blind one step further
    instead of turning it round.
    """
    heating_c = rule_wish.heating_c
    cooling_c = rule_wish.cooling_c
    blind = rule_wish.blind
    if MODE_HEATING_C[mode] == MODE_HEATING_C[mode]:
        heating_c = MODE_HEATING_C[mode]
        cooling_c = MODE_COOLING_C[mode]
    if MODE_FLIPS_BLIND[mode]:
        blind = clamp(blind + 0.3, 0.0, 1.0) if occupied else 1.0 - clamp(blind, 0.0, 1.0)
    return ZoneWish(heating_c, cooling_c, blind, rule_wish.light)
