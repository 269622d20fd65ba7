"""Input quality over time: flat-lined, jumped, in disagreement. One reading cannot show these.

What is plausible depends on the role. Every number here is an assumption about ordinary sensors in
ordinary buildings, wide enough that weather and people do not trip it.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from hvac_rl.safety.values import NAN


class InputRule(NamedTuple):
    """What a role's readings plausibly do.

    ``flat_s``: unchanged to the last bit for this long, a sensor is stuck. ``flat_at_zero``:
    whether zero counts too (darkness is no fault). ``jump`` and ``jump_per_h``: the largest
    plausible change from one reading to the next. ``apart``: the largest plausible difference
    between two sensors of one role.
    """

    flat_s: float = inf
    flat_at_zero: bool = True
    jump: float = inf
    jump_per_h: float = 0.0
    apart: float = inf


HOUR_S = 3600.0
INPUT_RULES: dict[str, InputRule] = {
    "air_temperature": InputRule(flat_s=24 * HOUR_S, jump=5.0, jump_per_h=12.0, apart=2.5),
    # Counted while people are in: an empty room's air comes to rest.
    "co2": InputRule(flat_s=6 * HOUR_S, jump=1500.0, jump_per_h=6000.0, apart=300.0),
    "daylight": InputRule(flat_s=12 * HOUR_S, flat_at_zero=False),
    "facade_irradiance": InputRule(flat_s=12 * HOUR_S, flat_at_zero=False, apart=300.0),
    "occupancy": InputRule(),
    "dew_point": InputRule(jump=6.0, jump_per_h=12.0, apart=3.0),
    "humidity": InputRule(apart=0.15),
    "outdoor_air_temperature": InputRule(flat_s=12 * HOUR_S, jump=8.0, jump_per_h=15.0, apart=4.0),
    # An anemometer that is frozen to its bearing reads zero.
    "wind_speed": InputRule(flat_s=48 * HOUR_S, apart=8.0),
    "global_irradiance": InputRule(flat_s=12 * HOUR_S, flat_at_zero=False, apart=300.0),
}
# A new level after a jump is believed once it has stayed for this long.
BELIEVED_AFTER_S = 1800.0
# The weather service and the sensor on the wall may differ by this much [K].
WEATHER_APART_K = 10.0
# Sun on a facade without any in the sky [W/m2].
DARK_W_M2 = 1.0
FACADE_IN_THE_DARK_W_M2 = 300.0


class InputTrack(NamedTuple):
    """What is remembered of one sensor. Times are site time [s], NaN for none."""

    value: float = NAN
    """The last reading that was believed."""
    time_s: float = NAN
    flat_since_s: float = NAN
    jumped_value: float = NAN
    """The last reading of a new level that is not believed yet."""
    jumped_s: float = NAN
    jumped_since_s: float = NAN
    last: float = NAN
    """The last reading, believed or not: flat-lining is judged by it."""


def track_input(
    track: InputTrack, value: float, now_s: float, rule: InputRule, counts_flat: bool
) -> tuple[InputTrack, str]:
    """The track after one more finite reading, and why it cannot be trusted; empty when it can.

    ``counts_flat``: whether standing still would be strange now.
    """
    still = value == track.last and counts_flat and (rule.flat_at_zero or value != 0.0)
    flat_since_s = track.flat_since_s if still else now_s
    if not _plausible(value, track.value, now_s - track.time_s, rule):
        settled = _plausible(value, track.jumped_value, now_s - track.jumped_s, rule)
        known = track.jumped_value == track.jumped_value
        since_s = track.jumped_since_s if known and settled else now_s
        if now_s - since_s < BELIEVED_AFTER_S:
            after = InputTrack(
                track.value, track.time_s, flat_since_s, value, now_s, since_s, value
            )
            return after, f"jumped from {track.value:g} to {value:g}"
    after = InputTrack(value, now_s, flat_since_s, NAN, NAN, NAN, value)
    if now_s - flat_since_s >= rule.flat_s:
        return after, f"stuck at {value:g} for {(now_s - flat_since_s) / HOUR_S:.0f} h"
    return after, ""


def _plausible(value: float, before: float, elapsed_s: float, rule: InputRule) -> bool:
    """Whether a sensor may read ``value`` now; always without a reading before."""
    if before != before:
        return True
    span = rule.jump + rule.jump_per_h * max(elapsed_s, 0.0) / HOUR_S
    return abs(value - before) <= span


def disagreement(name: str, value: float, other_name: str, other: float, apart: float) -> str:
    """Why two sensors of one role cannot both be right; empty when they can."""
    if abs(value - other) <= apart:
        return ""
    return f"{name} ({value:g}) and {other_name} ({other:g}) disagree"


def against_weather(outdoor_c: float, weather_c: float) -> str:
    """Why the outdoor sensor contradicts the weather service; empty without one (NaN)."""
    if weather_c != weather_c or abs(outdoor_c - weather_c) <= WEATHER_APART_K:
        return ""
    return f"outdoor air reads {outdoor_c:g} degC, the weather service says {weather_c:g}"


def against_sun(facade_w_m2: float, ghi_w_m2: float) -> str:
    """Why a facade's sensor contradicts the sky; empty when it does not."""
    if ghi_w_m2 < DARK_W_M2 and facade_w_m2 > FACADE_IN_THE_DARK_W_M2:
        return f"{facade_w_m2:g} W/m2 on the facade, none from the sky"
    return ""
