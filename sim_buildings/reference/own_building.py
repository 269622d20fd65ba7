"""What the reference buildings have in common when our simulator runs them with ideal loads.

Their setpoints are overrides. Where there is no thermostat the BMS's own setpoints hold, and those
never call. Nothing here has a plant: air handlers and boxes are there because a building must
have them.
"""

from __future__ import annotations

from sim_buildings.building_parts import AirHandler, Bms, Plant, Schedule

NEVER_HEAT_C, NEVER_COOL_C = -100.0, 200.0

NEVER = Bms(
    occupied_start_h=0.0,
    occupied_end_h=24.0,
    lights_start_h=0.0,
    lights_end_h=24.0,
    lights_off_level=1.0,
    occupied_heating_c=NEVER_HEAT_C,
    occupied_cooling_c=NEVER_COOL_C,
    setback_heating_c=NEVER_HEAT_C,
    setback_cooling_c=NEVER_COOL_C,
    supply_air_c=13.0,
    warm_up_supply_air_c=35.0,
    night_cycle_k=1.0,
)
NO_PLANT = Plant(cooling_capacity_w=0.0, cooling_cop=1.0, heating_capacity_w=0.0, heating_cop=1.0)
ALWAYS = Schedule(start_h=0.0, end_h=24.0, days="every_day")
# A box must have one; ideal loads do not use it.
IDLE_AIRFLOW_M3_S = 1e-6


def idle_handler(name: str, local_wind: float) -> AirHandler:
    """An air handler that blows nothing; its ``enable`` switches its zones' infiltration."""
    return AirHandler(
        name=name,
        design_static_pressure_pa=1.0,
        internal_pressure_pa=0.0,
        fan_efficiency=1.0,
        discharge_max_c=35.0,
        outdoor_air_per_person_m3_s=0.0,
        outdoor_air_per_area_m3_s_m2=0.0,
        local_wind=local_wind,
    )


def sun_on_floor(beam_share: float, absorptance: float, floor_share: float) -> float:
    """Share of transmitted sun that the floor takes.

    Beams fall on the floor; what it reflects, and diffuse light, spread evenly over all surfaces,
    of which it is ``floor_share``. Assumed: EnergyPlus follows beams to the surface they hit.
    """
    beam = absorptance + (1.0 - absorptance) * floor_share
    return beam_share * beam + (1.0 - beam_share) * floor_share
