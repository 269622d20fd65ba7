"""The limits, each with its unit, its default and the source of that default.

A site may set any field inside the absolute bounds below, never outside them. All fields are
floats, so that the simulator can compile the rules that read them.
"""

from __future__ import annotations

from typing import NamedTuple


class ZoneLimits(NamedTuple):
    """What a zone's setpoints, blind and light may be."""

    # Hard room limits. Occupied: the outer edge of EN 16798-1:2019 category III for offices
    # (table B.5: 19-27 °C over both seasons), one kelvin inside. Unoccupied: frost and finish
    # protection; ASHRAE Guideline 36-2021, 3.1.1.1 sets back to 16 °C and up to 32 °C.
    occupied_min_c: float = 20.0
    occupied_max_c: float = 26.0
    unoccupied_min_c: float = 15.0
    unoccupied_max_c: float = 32.0

    # Comfort band while people are in: the setpoints of the DOE commercial reference small
    # office (Deru et al. 2011, NREL/TP-5500-46861), also Guideline 36-2021, 3.1.1.1 (70/75 °F).
    comfort_min_c: float = 21.0
    comfort_max_c: float = 24.0

    # Ranges the setpoints themselves may take.
    heating_setpoint_max_c: float = 24.5
    cooling_setpoint_min_c: float = 17.5
    # Guideline 36-2021, 5.3.2: at least 1 °F between heating and cooling; we keep 1 K.
    setpoint_deadband_k: float = 1.0
    # A BMS steps its setpoints at once; a bounded slope keeps the plant from being hit by all
    # zones together after a mode change.
    setpoint_rate_k_per_h: float = 12.0

    # Exterior venetian blinds are retracted above 10 m/s at the latest by common facade practice
    # (EN 13659 wind class 3 at 9.6-11 m/s for slats of usual width).
    blind_wind_limit_m_s: float = 10.0
    blind_min_interval_s: float = 1800.0
    # Facade irradiance above which an occupied room gets glare protection: automatic blinds
    # close at 150-200 W/m2 on the facade (Reinhart & Voss 2003, Lighting Res. Technol. 35).
    glare_w_m2: float = 180.0
    glare_blind: float = 0.6
    # While nobody glares, people want to look out: at most this closed in an occupied room.
    occupied_blind_max: float = 0.9

    # EN 12464-1:2021, table 34: 500 lx for writing and reading, 300 lx for filing and copying.
    # The floor is what no saving may go below; the rule above aims at the 500.
    light_floor_lux: float = 300.0
    # Orientation light in an occupied room whatever the daylight sensor says.
    light_occupied_min: float = 0.05

    # Writes a day. Setpoint objects often live in EEPROM rated for 100,000 writes: 48 a day
    # last 5.7 years at the very worst and decades in practice.
    setpoint_writes_per_day: float = 48.0
    blind_moves_per_day: float = 16.0
    light_writes_per_day: float = 96.0
    # Smaller changes are not worth a write.
    setpoint_write_deadband_k: float = 0.1
    blind_write_deadband: float = 0.05
    light_write_deadband: float = 0.03

    # Ice locks slats to their rails: below this outdoor temperature a blind that is or may be wet
    # is retracted. Manufacturers' weather stations couple frost to rain in this way; 0 °C assumed.
    blind_frost_c: float = 0.0
    # A cooling setpoint this far above the room's dew point keeps the air below about 78 % relative
    # humidity, under the 80 % at which EN ISO 13788:2012 reckons with mould on surfaces.
    condensation_margin_k: float = 4.0
    # People on their way out keep orientation light; assumed. Escape lighting is its own system.
    light_egress_s: float = 900.0


class AirHandlerLimits(NamedTuple):
    """What an air handler's points may be."""

    # Guideline 36-2021, 5.16.2: cooling supply air between 12 °C (55 °F) and 18 °C (65 °F).
    supply_air_min_c: float = 12.0
    supply_air_max_c: float = 18.0
    supply_air_rate_k_per_h: float = 8.0
    # Guideline 36-2021, 5.16.1: static pressure reset from 25 Pa up; fan-safe upper end.
    static_pressure_min_pa: float = 60.0
    static_pressure_max_pa: float = 400.0
    static_pressure_rate_pa_per_h: float = 400.0
    # ASHRAE 62.1-2022, table 6-1, office: 2.5 L/s a person and 0.3 L/s a square metre.
    outdoor_air_per_person_m3_s: float = 0.0025
    outdoor_air_per_area_m3_s_m2: float = 0.0003
    # Above this the minimum outdoor air rises linearly to the design flow over the span.
    co2_ceiling_ppm: float = 1000.0
    co2_span_ppm: float = 200.0
    # Fan and compressor protection; usual manufacturers' minimum run and rest times.
    min_on_s: float = 900.0
    min_off_s: float = 600.0
    writes_per_day: float = 96.0
    supply_air_write_deadband_k: float = 0.2
    static_pressure_write_deadband_pa: float = 5.0
    outdoor_air_write_deadband_m3_s: float = 0.005
    # Starts an hour, evenly spaced; assumed: motors and compressors of this size bear 4 to 6.
    starts_per_h: float = 2.0
    # How fast the outdoor air setpoint moves: this many times the design flow an hour; assumed.
    outdoor_air_rate_per_h: float = 4.0
    # Supply air may be this much colder than the wettest room's dew point: a diffuser's face lies
    # between supply and room air; assumed.
    supply_below_dew_point_k: float = 3.0


# No site file goes beyond these: (smallest, largest) accepted value of a field.
ABSOLUTE_ZONE: dict[str, tuple[float, float]] = {
    "occupied_min_c": (16.0, 22.0),
    "occupied_max_c": (23.0, 30.0),
    "unoccupied_min_c": (5.0, 20.0),
    "unoccupied_max_c": (24.0, 40.0),
    "comfort_min_c": (18.0, 24.0),
    "comfort_max_c": (21.0, 28.0),
    "heating_setpoint_max_c": (18.0, 28.0),
    "cooling_setpoint_min_c": (15.0, 26.0),
    "setpoint_deadband_k": (0.5, 6.0),
    "setpoint_rate_k_per_h": (0.5, 60.0),
    "blind_wind_limit_m_s": (3.0, 25.0),
    "blind_min_interval_s": (60.0, 86_400.0),
    "glare_w_m2": (50.0, 1000.0),
    "glare_blind": (0.0, 1.0),
    "occupied_blind_max": (0.0, 1.0),
    "light_floor_lux": (0.0, 1000.0),
    "light_occupied_min": (0.0, 1.0),
    "setpoint_writes_per_day": (1.0, 288.0),
    "blind_moves_per_day": (1.0, 96.0),
    "light_writes_per_day": (1.0, 1440.0),
    "setpoint_write_deadband_k": (0.0, 2.0),
    "blind_write_deadband": (0.0, 0.5),
    "light_write_deadband": (0.0, 0.5),
    "blind_frost_c": (-50.0, 10.0),
    "condensation_margin_k": (0.0, 10.0),
    "light_egress_s": (0.0, 7200.0),
}
ABSOLUTE_AIR_HANDLER: dict[str, tuple[float, float]] = {
    "supply_air_min_c": (10.0, 18.0),
    "supply_air_max_c": (12.0, 24.0),
    "supply_air_rate_k_per_h": (0.5, 60.0),
    "static_pressure_min_pa": (20.0, 300.0),
    "static_pressure_max_pa": (60.0, 600.0),
    "static_pressure_rate_pa_per_h": (10.0, 6000.0),
    "outdoor_air_per_person_m3_s": (0.0, 0.02),
    "outdoor_air_per_area_m3_s_m2": (0.0, 0.005),
    "co2_ceiling_ppm": (600.0, 2000.0),
    "co2_span_ppm": (10.0, 1000.0),
    "min_on_s": (60.0, 7200.0),
    "min_off_s": (60.0, 7200.0),
    "writes_per_day": (1.0, 1440.0),
    "supply_air_write_deadband_k": (0.0, 2.0),
    "static_pressure_write_deadband_pa": (0.0, 50.0),
    "outdoor_air_write_deadband_m3_s": (0.0, 1.0),
    "starts_per_h": (0.5, 12.0),
    "outdoor_air_rate_per_h": (0.25, 60.0),
    "supply_below_dew_point_k": (0.0, 8.0),
}


def problems(
    limits: ZoneLimits | AirHandlerLimits, absolute: dict[str, tuple[float, float]]
) -> list[str]:
    """Every way in which ``limits`` break the absolute bounds or each other: "field: what"."""
    found = []
    for name, value in zip(limits._fields, limits, strict=True):
        low, high = absolute[name]
        if not low <= value <= high:
            found.append(f"{name}: {value:g} is outside the absolute bounds {low:g} to {high:g}")
    for lower, upper, gap in _ORDER:
        if not hasattr(limits, lower):
            continue
        distance = getattr(limits, gap) if gap else 0.0
        if not getattr(limits, lower) + distance <= getattr(limits, upper):
            needed = f" by at least {gap} ({distance:g})" if gap else ""
            found.append(f"{lower}: must lie below {upper}{needed}")
    return found


# (lower field, upper field, field with the least distance between them)
_ORDER = (
    ("occupied_min_c", "occupied_max_c", "setpoint_deadband_k"),
    ("unoccupied_min_c", "unoccupied_max_c", "setpoint_deadband_k"),
    ("comfort_min_c", "comfort_max_c", "setpoint_deadband_k"),
    ("occupied_min_c", "comfort_min_c", ""),
    ("comfort_max_c", "occupied_max_c", ""),
    ("unoccupied_min_c", "occupied_min_c", ""),
    ("occupied_max_c", "unoccupied_max_c", ""),
    ("occupied_min_c", "heating_setpoint_max_c", ""),
    ("comfort_min_c", "heating_setpoint_max_c", ""),
    ("cooling_setpoint_min_c", "comfort_max_c", ""),
    ("glare_blind", "occupied_blind_max", ""),
    ("supply_air_min_c", "supply_air_max_c", ""),
    ("static_pressure_min_pa", "static_pressure_max_pa", ""),
)
