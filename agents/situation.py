"""A situation that a person describes in engineering units, as a policy sees it.

What is not given follows from what is: forecasts from a day's course, the rule's setpoints from
the rule, the calendar's features from the hour. The observation is made by the encoding's own
functions, so it is what the daemon would show the policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, isfinite, pi, sin
from typing import NamedTuple

import numpy as np

from hvac_rl.control.base_rule import RuleParameters, SiteFacts, zone_rule
from hvac_rl.control.encoding import (
    FEATURES,
    FORECAST_HOURS,
    Outlook,
    encode_zone,
    outlook,
    site_features,
    time_features,
)
from hvac_rl.control.schedule import TimeFacts, time_facts
from hvac_rl.errors import ConfigError
from hvac_rl.safety.values import ZoneFacts, ZoneWish
from sim_buildings.building import Building
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.tariff import TariffFacts, tariff_of


class Key(NamedTuple):
    """What may be said of a situation; ``default`` None follows from the rest."""

    name: str
    unit: str
    low: float
    high: float
    default: float | None
    meaning: str


# The course of a day, where no forecast is given. Assumed: a clear day in summer.
WARMEST_H = 15.0
_OUTDOOR, _SUN, _PRICE = (-50.0, 60.0), (0.0, 1400.0), (0.0, 100.0)
KEYS: tuple[Key, ...] = (
    Key("hour", "h", 0.0, 23.999, 7.0, "local time of day"),
    Key("workday", "0/1", 0.0, 1.0, 1.0, "today is a workday"),
    Key("workday_tomorrow", "0/1", 0.0, 1.0, 1.0, "tomorrow is a workday"),
    Key("occupied", "0/1", 0.0, 1.0, 0.0, "somebody is in the zone"),
    Key("air", "°C", 0.0, 50.0, 23.5, "zone air"),
    Key("air_slow", "°C", 0.0, 50.0, None, "zone air filtered over 24 h; default air"),
    Key("building_air", "°C", 0.0, 50.0, None, "mean air of all zones; default air"),
    Key("co2", "ppm", 300.0, 5000.0, None, "default 450, with people 700"),
    Key("azimuth", "°", 0.0, 360.0, 180.0, "the facade faces; nan for a zone without one"),
    Key("facade", "W/m²", *_SUN, None, "sun on the facade; default half of ghi"),
    Key("outdoor", "°C", *_OUTDOOR, 24.0, "outdoor air now"),
    Key("daily_range", "K", 0.0, 40.0, 10.0, "between the day's coldest and warmest hour"),
    Key("ghi", "W/m²", *_SUN, None, "sun on the horizontal now; default the day's course"),
    Key("ghi_noon", "W/m²", *_SUN, 850.0, "the same at its highest today and tomorrow"),
    Key("sunrise", "h", 0.0, 12.0, 6.0, "the sun rises"),
    Key("sunset", "h", 12.0, 24.0, 20.0, "the sun sets"),
    Key("price", "1/kWh", *_PRICE, None, "electricity now; default the tariff's"),
    Key("price_mean", "1/kWh", 1e-6, 100.0, None, "over the tariff's workday; default its own"),
    *(Key(f.name, "°C", *_OUTDOOR, None, f.meaning) for f in FEATURES if "outdoor_" in f.name),
    *(Key(f.name, "W/m²", *_SUN, None, f.meaning) for f in FEATURES if "ghi_" in f.name),
    *(Key(f.name, "1/kWh", *_PRICE, None, "mean ahead") for f in FEATURES if "price_" in f.name),
    Key("rule_heating", "°C", 5.0, 40.0, None, "the rule's heating setpoint; default what it is"),
    Key("rule_cooling", "°C", 5.0, 40.0, None, "the rule's cooling setpoint; default what it is"),
    Key("rule_blind", "0 to 1", 0.0, 1.0, None, "the rule's blind; default what it is"),
)
_BY_NAME = {key.name: key for key in KEYS}

NAMED: dict[str, dict[str, float]] = {
    "summer-morning": {},
    "summer-afternoon": {
        "hour": 15.0, "occupied": 1.0, "air": 24.3, "outdoor": 33.0, "azimuth": 270.0,
    },
    "winter-morning": {
        "hour": 5.0, "air": 17.5, "outdoor": -4.0, "daily_range": 8.0, "ghi_noon": 350.0,
        "sunrise": 7.5, "sunset": 17.0,
    },
    "winter-night": {
        "hour": 23.0, "air": 19.5, "outdoor": -2.0, "daily_range": 8.0, "ghi_noon": 350.0,
        "sunrise": 7.5, "sunset": 17.0,
    },
}  # fmt: skip
"""Situations by name; what they leave out is a summer morning's."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A situation as the policy and the rule meet it."""

    observation: tuple[float, ...]
    """(N_FEATURES,), normalised."""
    rule_wish: ZoneWish
    occupied: bool
    told: Mapping[str, float]
    """Every key in engineering units, those that followed included."""


def read_situation(words: Sequence[str]) -> dict[str, float]:
    """KEY=VALUE and names of situations in turn, later ones outrank; raises ConfigError."""
    given: dict[str, float] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            if name not in NAMED:
                raise ConfigError(
                    f"--situation {word}",
                    "is neither KEY=VALUE nor the name of a situation",
                    f"Named: {', '.join(NAMED)}. Keys: {', '.join(_BY_NAME)}.",
                )
            given |= NAMED[name]
            continue
        if name not in _BY_NAME:
            raise ConfigError(f"--situation {word}", "unknown key", f"Keys: {', '.join(_BY_NAME)}.")
        given[name] = _number(word, _BY_NAME[name], text)
    return given


def _number(word: str, key: Key, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise ConfigError(f"--situation {word}", "is not a number") from error
    if key.name == "azimuth" and value != value:
        return value
    if not isfinite(value) or not key.low <= value <= key.high:
        raise ConfigError(
            f"--situation {word}", f"must be {key.low:g} to {key.high:g} {key.unit}: {key.meaning}"
        )
    if key.unit == "0/1" and value not in (0.0, 1.0):
        raise ConfigError(f"--situation {word}", "must be 0 or 1")
    return value


def tariff_hours(name: str) -> tuple[list[float], list[float]]:
    """A tariff's 24 hourly prices [1/kWh] on workdays and on other days.

    Of a stochastic one the means over a year of mild days without sun. Raises ConfigError.
    """
    tariff, days = tariff_of(name), 365
    mild, dark = np.full(days * ROWS_PER_DAY, 15.0), np.zeros(days * ROWS_PER_DAY)
    hours = []
    for working in (True, False):
        facts = TariffFacts(np.full(days, working), mild, dark, seed=0)
        by_row = tariff.prices(facts).reshape(days, FORECAST_HOURS, ROWS_PER_HOUR)
        hours.append([float(price) for price in by_row.mean(axis=(0, 2))])
    return hours[0], hours[1]


def observe(
    given: Mapping[str, float], building: Building, tariff: str, rule: RuleParameters
) -> Seen:
    """What a policy over ``rule`` sees of a situation in a zone of ``building``."""
    told = {key.name: key.default for key in KEYS if key.default is not None} | dict(given)
    time = _time(told, building)
    told.setdefault("air_slow", told["air"])
    told.setdefault("building_air", told["air"])
    told.setdefault("co2", 700.0 if told["occupied"] else 450.0)
    outdoor_c, ghi_w_m2 = _day(told)
    told.setdefault("ghi", ghi_w_m2[0])
    ghi_w_m2[0] = told["ghi"]
    told.setdefault("facade", 0.0 if told["azimuth"] != told["azimuth"] else told["ghi"] / 2.0)
    workday, other = tariff_hours(tariff)
    told.setdefault("price_mean", float(np.mean(workday)))
    price = _prices(time, workday, other)
    told.setdefault("price", price[0])
    price[0] = told["price"]
    ahead = outlook(outdoor_c, ghi_w_m2, price)
    for name, value in ahead._asdict().items():
        told.setdefault(name, value)
    site = SiteFacts(told["outdoor"], 0.0, told["ghi"], told["price"])
    # How bright it is inside decides about light alone, which no feature holds.
    zone = ZoneFacts(told["air"], told["co2"], bool(told["occupied"]), 0.0, told["facade"])
    wish = zone_rule(zone, site, time, 500.0, rule)
    told.setdefault("rule_heating", wish.heating_c)
    told.setdefault("rule_cooling", wish.cooling_c)
    told.setdefault("rule_blind", wish.blind)
    wish = wish._replace(
        heating_c=told["rule_heating"], cooling_c=told["rule_cooling"], blind=told["rule_blind"]
    )
    shared = site_features(
        site,
        told["building_air"],
        time_features(time),
        Outlook(*(told[name] for name in Outlook._fields)),
        told["price_mean"],
    )
    observation = encode_zone(zone, told["air_slow"], told["azimuth"], wish, shared)
    return Seen(observation, wish, zone.occupied, told)


def _time(told: Mapping[str, float], building: Building) -> TimeFacts:
    # Two days that are no workdays follow a Friday, one a Saturday.
    pause = 3.0 if told["workday"] else 2.0
    return time_facts(
        told["hour"],
        bool(told["workday"]),
        bool(told["workday_tomorrow"]),
        1.0 if told["workday_tomorrow"] else pause,
        building.schedule.start_h,
        building.schedule.end_h,
    )


def _day(told: Mapping[str, float]) -> tuple[list[float], list[float]]:
    """Outdoor air [°C] and sun [W/m²] of the next 24 hours."""

    def warmth(hour: float) -> float:
        return told["daily_range"] / 2.0 * cos(2.0 * pi * (hour - WARMEST_H) / 24.0)

    def sun(hour: float) -> float:
        up = (hour % 24.0 - told["sunrise"]) / (told["sunset"] - told["sunrise"])
        return told["ghi_noon"] * sin(pi * up) if 0.0 < up < 1.0 else 0.0

    hours = [told["hour"] + k for k in range(FORECAST_HOURS)]
    base = told["outdoor"] - warmth(told["hour"])
    return [base + warmth(h) for h in hours], [sun(h) for h in hours]


def _prices(time: TimeFacts, workday: Sequence[float], other: Sequence[float]) -> list[float]:
    """Of the next 24 hours [1/kWh]."""
    days = [workday if flag else other for flag in (time.workday, time.workday_tomorrow)]
    hours = [int(time.hour) + k for k in range(FORECAST_HOURS)]
    return [days[h // 24][h % 24] for h in hours]
