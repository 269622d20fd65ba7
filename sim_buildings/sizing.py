"""Airflows, coils and plant that a building needs, from its design days.

The margins are those of ASHRAE 90.1-2010, appendix G, G3.1.2.2: 1.15 on cooling, 1.25 on heating.

Cooling airflow: the zone's largest load at the supply temperature of the BMS. Heating airflow: the
heating load at the largest discharge temperature. A variable box goes down to a fifth of its
largest flow (ASHRAE 90.1-2010, 6.5.2.1 allows 30 %) and never below the zone's outdoor air; a
constant-volume unit has one flow. No flow changes a zone's air within the longest substep. Reheat
carries the zone's load and warms its share of outdoor air; with floor heating the floor carries
both. Coils and plant meet the largest sum over the hours with outdoor air and fan; they also dry
outdoor air and what people give off to air that is saturated at the supply temperature. Plant is
rated at 35 °C and 8.3 °C by its curves.

``python -m sim_buildings.sizing BUILDING [WEATHER]`` prints what it suggests beside what is there.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hvac_rl.errors import HvacRlError
from sim_buildings.air import (
    AIR_DENSITY_KG_M3,
    AIR_HEAT_J_M3_K,
    STANDARD_PRESSURE_PA,
    VAPORISATION_J_KG,
)
from sim_buildings.building import (
    LONGEST_SUBSTEP_S,
    AirHandler,
    Building,
    Zone,
    load_building,
)
from sim_buildings.design_days import (
    DesignWeather,
    cooling_loads_w,
    design_weather,
    heating_loads_w,
)
from sim_buildings.outdoor_moisture import humidity_ratio_kg_kg
from sim_buildings.plant_curves import COOLING, HEATING, Curve
from sim_buildings.weather import load_weather

Floats = NDArray[np.float64]

COOLING_MARGIN = 1.15
HEATING_MARGIN = 1.25
LEAST_FLOW_SHARE = 0.2
MOST_OF_VOLUME = 0.99 / LONGEST_SUBSTEP_S


@dataclass(frozen=True, slots=True)
class ZoneSize:
    """Suggested sizes of a zone; the field names are those of the building's file."""

    cooling_w: float
    """Sensible peak, without margin."""
    heating_w: float
    airflow_max_m3_s: float
    airflow_min_m3_s: float
    airflow_heating_m3_s: float
    reheat_capacity_w: float


@dataclass(frozen=True, slots=True)
class Sizing:
    """Suggested sizes by zone, air handler and plant; capacities hold their margins."""

    zones: dict[str, ZoneSize]
    cooling_coil_w: dict[str, float]
    cooling_capacity_w: float
    heating_capacity_w: float


def size(building: Building, weather: DesignWeather) -> Sizing:
    """What the rule of this module suggests for ``building`` in this design weather."""
    loads = cooling_loads_w(building, weather)
    heats = heating_loads_w(building, weather)
    zones: dict[str, ZoneSize] = {}
    coils: dict[str, float] = {}
    block_w = np.zeros(weather.outdoor_c.shape)
    for handler in building.air_handlers:
        zones |= _zones(building, handler, loads, heats, weather)
        coil_w = _coil_w(building, handler, loads, zones, weather)
        coils[handler.name] = COOLING_MARGIN * float(coil_w.max())
        block_w += coil_w
    if building.plant.cooling_capacity_w == 0.0:
        coils = dict.fromkeys(coils, 0.0)
        block_w = np.zeros(block_w.shape)
    cooling_w = block_w / _factor(COOLING[building.plant.cooling], weather.outdoor_c)
    heating_w = sum(zone.reheat_capacity_w for zone in zones.values())
    return Sizing(
        zones={zone.name: zones[zone.name] for zone in building.zones},
        cooling_coil_w=coils,
        cooling_capacity_w=COOLING_MARGIN * float(cooling_w.max()),
        heating_capacity_w=heating_w
        / float(_factor(HEATING[building.plant.heating], np.array(weather.heating_outdoor_c))),
    )


def _zones(
    building: Building,
    handler: AirHandler,
    loads: dict[str, Floats],
    heats: dict[str, float],
    weather: DesignWeather,
) -> dict[str, ZoneSize]:
    bms = building.bms
    lift_k = handler.discharge_max_c - bms.occupied_heating_c
    drop_k = bms.occupied_cooling_c - bms.supply_air_c
    flows: dict[str, tuple[float, float, float]] = {}
    for zone in building.served_by(handler):
        outdoor = outdoor_air_m3_s(zone, handler)
        cooling = COOLING_MARGIN * float(loads[zone.name].max()) / (AIR_HEAT_J_M3_K * drop_k)
        heating = HEATING_MARGIN * heats[zone.name] / (AIR_HEAT_J_M3_K * lift_k)
        if zone.floor_heating:
            # The air brings outdoor air alone; how much more of it in summer is a choice.
            flows[zone.name] = (max(zone.airflow_max_m3_s, outdoor), outdoor, outdoor)
            continue
        most = min(max(cooling, heating, outdoor), MOST_OF_VOLUME * zone.volume_m3)
        if handler.fan == "constant_volume":
            flows[zone.name] = (most, most, most)
        else:
            least = min(max(LEAST_FLOW_SHARE * most, outdoor), most)
            flows[zone.name] = (most, least, min(max(heating, least), most))
    heating_flow = sum(heating for _, _, heating in flows.values())
    share = min(building.design_outdoor_air_m3_s(handler) / heating_flow, 1.0)
    colder_k = bms.occupied_heating_c - weather.heating_outdoor_c
    mixed_drop_k = share * colder_k * (1.0 - handler.heat_recovery)
    return {
        name: ZoneSize(
            cooling_w=float(loads[name].max()),
            heating_w=heats[name],
            airflow_max_m3_s=most,
            airflow_min_m3_s=least,
            airflow_heating_m3_s=heating,
            reheat_capacity_w=HEATING_MARGIN
            * (heats[name] + AIR_HEAT_J_M3_K * heating * mixed_drop_k),
        )
        for name, (most, least, heating) in flows.items()
    }


def outdoor_air_m3_s(zone: Zone, handler: AirHandler) -> float:
    """Outdoor air of a zone at design occupancy: ASHRAE 62.1-2022, equation 6-1."""
    return (
        handler.outdoor_air_per_person_m3_s * zone.design_people
        + handler.outdoor_air_per_area_m3_s_m2 * zone.area_m2
    )


def _coil_w(
    building: Building,
    handler: AirHandler,
    loads: dict[str, Floats],
    zones: dict[str, ZoneSize],
    weather: DesignWeather,
) -> Floats:
    """Total load of an air handler's coil by month and hour [W]."""
    served = building.served_by(handler)
    zones_w = np.zeros(weather.outdoor_c.shape)
    for zone in served:
        zones_w += np.maximum(loads[zone.name], 0.0)
    warmer_k = np.maximum(weather.outdoor_c - building.bms.occupied_cooling_c, 0.0)
    outdoor_m3_s = building.design_outdoor_air_m3_s(handler)
    outdoor_w = AIR_HEAT_J_M3_K * outdoor_m3_s * (1.0 - handler.heat_recovery) * warmer_k
    supply_c = np.array(building.bms.supply_air_c)
    dried = humidity_ratio_kg_kg(supply_c, np.array(1.0), np.array(STANDARD_PRESSURE_PA))
    wetter = np.maximum(weather.humidity_kg_kg - dried, 0.0)
    latent_w = VAPORISATION_J_KG * AIR_DENSITY_KG_M3 * outdoor_m3_s * wetter
    latent_w += sum(zone.design_people * zone.person_latent_w for zone in served)
    flow = sum(zones[zone.name].airflow_max_m3_s for zone in served)
    pressure_pa = handler.design_static_pressure_pa + handler.internal_pressure_pa
    fan_w = flow * pressure_pa / handler.fan_efficiency
    return np.asarray(zones_w + outdoor_w + latent_w + fan_w, dtype=np.float64)


def _factor(curve: Curve, outdoor_c: Floats) -> Floats:
    """Capacity over the rating at this outdoor air."""
    t = np.clip(outdoor_c, curve.low_c, curve.high_c)
    return np.asarray(np.polynomial.polynomial.polyval(t, curve.capacity), dtype=np.float64)


def table(building: Building, sizing: Sizing) -> str:
    """The suggestion as text, one line a zone; what the file has stands in brackets."""
    lines = [
        f"{'zone':<14}{'cool W':>8}{'heat W':>8}{'max m3/s':>17}{'min':>17}{'heating':>17}"
        f"{'reheat W':>17}"
    ]
    for zone in building.zones:
        one = sizing.zones[zone.name]
        flows = "".join(
            f"{getattr(one, key):9.3f} ({getattr(zone, key):5.3f})"
            for key in ("airflow_max_m3_s", "airflow_min_m3_s", "airflow_heating_m3_s")
        )
        reheat = f"{one.reheat_capacity_w:9.0f} ({zone.reheat_capacity_w:5.0f})"
        lines.append(f"{zone.name:<14}{one.cooling_w:8.0f}{one.heating_w:8.0f}{flows}{reheat}")
    for handler in building.air_handlers:
        watts = sizing.cooling_coil_w[handler.name]
        lines.append(f"{handler.name}: cooling_coil_w {watts:.0f} ({handler.cooling_coil_w:.0f})")
    plant = building.plant
    lines.append(
        f"plant: cooling_capacity_w {sizing.cooling_capacity_w:.0f}"
        f" ({plant.cooling_capacity_w:.0f}), heating_capacity_w {sizing.heating_capacity_w:.0f}"
        f" ({plant.heating_capacity_w:.0f})"
    )
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the table of a building: NAME or file, and optionally weather."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python -m sim_buildings.sizing BUILDING [WEATHER]", file=sys.stderr)
        return 2
    try:
        building = load_building(arguments[0])
        weather = load_weather(*arguments[1:])
    except HvacRlError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(table(building, size(building, design_weather(weather, building.azimuths_deg))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
