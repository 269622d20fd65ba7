"""The rules: one small pure function each, numbers in and numbers out.

Every rule answers with an interval; :func:`narrow` intersects it with what the rules above left
over. Comparisons are written so that NaN always takes the careful branch. Plain arithmetic only:
the simulator compiles these very functions.
"""

from __future__ import annotations

from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.values import CONTACT, FREE, FROST, RAIN, WIND, SiteWeather

SECONDS_PER_HOUR = 3600.0
SECONDS_PER_DAY = 86_400.0


def clamp(value: float, low: float, high: float) -> float:
    """``value`` moved into [low, high]; NaN becomes ``low``."""
    if value > high:
        return high
    if value >= low:
        return value
    return low


def narrow(low: float, high: float, rule_low: float, rule_high: float) -> tuple[float, float]:
    """[low, high] cut down to a lower rule's interval.

    A rule disjoint from what is left collapses it to the nearest edge: a lower rule can never
    widen, and a contradiction is settled in favour of the higher rule.
    """
    return clamp(rule_low, low, high), clamp(rule_high, low, high)


def heating_range(occupied: bool, limits: ZoneLimits) -> tuple[float, float]:
    """Hard limits of the heating setpoint [°C]; leaves room for the deadband below cooling."""
    low = limits.occupied_min_c if occupied else limits.unoccupied_min_c
    room_max = limits.occupied_max_c if occupied else limits.unoccupied_max_c
    ceiling = room_max - limits.setpoint_deadband_k
    return low, clamp(limits.heating_setpoint_max_c, low, ceiling)


def cooling_range(occupied: bool, limits: ZoneLimits) -> tuple[float, float]:
    """Hard limits of the cooling setpoint [°C]; leaves room for the deadband above heating."""
    high = limits.occupied_max_c if occupied else limits.unoccupied_max_c
    room_min = limits.occupied_min_c if occupied else limits.unoccupied_min_c
    floor = room_min + limits.setpoint_deadband_k
    return clamp(limits.cooling_setpoint_min_c, floor, high), high


def room_rescue(air_c: float, occupied: bool, limits: ZoneLimits) -> tuple[float, float]:
    """Protective: (least heating setpoint, largest cooling setpoint) [°C].

    A room that is measured beyond its hard limit gets the limit as its setpoint plus what it
    takes to come back, at most to the comfort band. Inside the limits this rule asks nothing.
    """
    low = limits.occupied_min_c if occupied else limits.unoccupied_min_c
    high = limits.occupied_max_c if occupied else limits.unoccupied_max_c
    least_heating = limits.comfort_min_c if air_c < low else -1e9
    largest_cooling = limits.comfort_max_c if air_c > high else 1e9
    return least_heating, largest_cooling


def comfort_heating(occupied: bool, limits: ZoneLimits) -> float:
    """The least heating setpoint [°C] that comfort asks for."""
    return limits.comfort_min_c if occupied else -1e9


def comfort_cooling(occupied: bool, limits: ZoneLimits) -> float:
    """The largest cooling setpoint [°C] that comfort asks for."""
    return limits.comfort_max_c if occupied else 1e9


def rate_range(last: float, elapsed_s: float, rate_per_h: float) -> tuple[float, float]:
    """How far a value may move from ``last``, ``elapsed_s`` after its last change.

    A long rest saves up no more than a quarter of an hour's worth. Without a last value any
    value may begin.
    """
    if last != last:
        return -1e9, 1e9
    step = rate_per_h * clamp(elapsed_s / SECONDS_PER_HOUR, 0.0, 0.25)
    return last - step, last + step


def separate(
    heating_c: float,
    cooling_c: float,
    deadband_k: float,
    heating_low: float,
    heating_high: float,
    cooling_low: float,
    cooling_high: float,
) -> tuple[float, float]:
    """The pair with at least the deadband between: the middle is kept, both ends give way.

    With m = (h + c) / 2: h' = clamp(m - d/2, heating_low, min(heating_high, cooling_high - d)),
    c' = max(h' + d, cooling_low). Needs ``heating_low + deadband_k <= cooling_high``.
    """
    # The tolerance lets a pair that this function made pass through unchanged.
    if cooling_c - heating_c >= deadband_k - 1e-9:
        return heating_c, cooling_c
    highest = cooling_high - deadband_k
    if heating_high < highest:
        highest = heating_high
    heating = clamp(0.5 * (heating_c + cooling_c - deadband_k), heating_low, highest)
    return heating, clamp(heating + deadband_k, cooling_low, cooling_high)


def blind_protection(weather: SiteWeather, contact_open: bool, limits: ZoneLimits) -> int:
    """Protective: what retracts the blind now and keeps it there; FREE when nothing does.

    A missing wind or temperature reading counts as wind or frost.
    """
    code = FREE
    if weather.wet and not weather.outdoor_c >= limits.blind_frost_c:
        code = FROST
    if weather.raining:
        code = RAIN
    if not weather.wind_m_s < limits.blind_wind_limit_m_s:
        code = WIND
    if contact_open:
        code = CONTACT
    return code


def condensation_floor(dew_point_c: float, margin_k: float, at_most_c: float) -> float:
    """Protective: the least cooling setpoint [°C] that keeps the room's air from damp; it never
    asks for more than ``at_most_c``. A missing dew point asks for that.
    """
    floor = dew_point_c + margin_k
    return floor if floor < at_most_c else at_most_c


def glare_range(occupied: bool, facade_w_m2: float, limits: ZoneLimits) -> tuple[float, float]:
    """Comfort: the blind positions that an occupied room accepts."""
    if not occupied:
        return 0.0, 1.0
    if facade_w_m2 > limits.glare_w_m2:
        return limits.glare_blind, limits.occupied_blind_max
    return 0.0, limits.occupied_blind_max


def light_floor(
    occupied: bool, daylight_lux: float, full_light_lux: float, limits: ZoneLimits
) -> float:
    """The least light level (0..1) in a room: the task floor less daylight, or orientation light.

    A missing daylight reading counts as darkness.
    """
    if not occupied:
        return 0.0
    daylight = daylight_lux if daylight_lux > 0.0 else 0.0
    needed = (limits.light_floor_lux - daylight) / full_light_lux
    return clamp(needed, limits.light_occupied_min, 1.0)


def egress_floor(occupied: bool, since_presence_s: float, limits: ZoneLimits) -> float:
    """The least light level (0..1) of a room that has just been left."""
    if occupied or not since_presence_s < limits.light_egress_s:
        return 0.0
    return limits.light_occupied_min


def required_outdoor_air(
    occupied: bool, area_m2: float, design_people: float, limits: AirHandlerLimits
) -> float:
    """Outdoor air [m3/s] that a zone needs: ASHRAE 62.1-2022, equation 6-1; none when empty."""
    if not occupied:
        return 0.0
    return (
        limits.outdoor_air_per_person_m3_s * design_people
        + limits.outdoor_air_per_area_m3_s_m2 * area_m2
    )


def outdoor_air_floor(
    required_m3_s: float,
    highest_co2_ppm: float,
    any_occupied: bool,
    design_m3_s: float,
    limits: AirHandlerLimits,
) -> float:
    """The least outdoor air setpoint [m3/s]: what the occupied zones need, more as CO2 rises.

    A missing CO2 reading in an occupied building asks for the design flow.
    """
    if not any_occupied:
        return 0.0
    floor = clamp(required_m3_s, 0.0, design_m3_s)
    if highest_co2_ppm <= limits.co2_ceiling_ppm:
        return floor
    # NaN is not below one either: a missing reading asks for the design flow.
    above = (highest_co2_ppm - limits.co2_ceiling_ppm) / limits.co2_span_ppm
    share = above if above < 1.0 else 1.0
    return floor + (design_m3_s - floor) * share


def must_run(any_occupied: bool, any_room_beyond_limits: bool) -> bool:
    """Protective: the air handler runs while people are in or a room is beyond its limits."""
    return any_occupied or any_room_beyond_limits


def timer_holds(running: bool, elapsed_s: float, limits: AirHandlerLimits) -> bool:
    """Whether the minimum on or off time still holds the air handler as it is."""
    least = limits.min_on_s if running else limits.min_off_s
    return elapsed_s < least


def starts_hold(since_start_s: float, limits: AirHandlerLimits) -> bool:
    """Whether another start now would be one too many an hour."""
    return since_start_s < SECONDS_PER_HOUR / limits.starts_per_h


def room_beyond_limits(air_c: float, occupied: bool, limits: ZoneLimits) -> bool:
    """Whether a room is measured outside its hard limits."""
    low = limits.occupied_min_c if occupied else limits.unoccupied_min_c
    high = limits.occupied_max_c if occupied else limits.unoccupied_max_c
    return air_c < low or air_c > high


def is_small_change(value: float, last: float, deadband: float) -> bool:
    """Whether a change is not worth a write; never without a last value."""
    return value == last or -deadband < value - last < deadband
