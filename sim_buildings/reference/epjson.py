"""Small pieces of epJSON that several models need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim_buildings.reference.annual import Model

IDEAL_LOADS = "ZoneHVAC:IdealLoadsAirSystem"


def compact_day(values: Sequence[float], steps_per_hour: int) -> dict[str, Any]:
    """A Schedule:Compact with the same day all year; ``values`` has one number a time step."""
    data: list[dict[str, Any]] = [{"field": "Through: 12/31"}, {"field": "For: AllDays"}]
    for step, value in enumerate(values, 1):
        if step < len(values) and values[step] == value:
            continue
        minutes = step * 60 // steps_per_hour
        data += [{"field": f"Until: {minutes // 60:02d}:{minutes % 60:02d}"}, {"field": value}]
    return {"schedule_type_limits_name": "Any", "data": data}


def ideal_loads(zone: str) -> Model:
    """Heating and cooling of ``zone`` without limits, outdoor air or moisture: sensible heat only.

    The supply temperatures are EnergyPlus's own defaults (50 and 13 °C); supply humidity follows
    the zone's, so nothing is spent on moisture.
    """
    system, supply, exhaust = f"{zone} ideal loads", f"{zone} supply", f"{zone} exhaust"
    return {
        IDEAL_LOADS: {
            system: {
                "zone_supply_air_node_name": supply,
                "zone_exhaust_air_node_name": exhaust,
                "heating_limit": "NoLimit",
                "cooling_limit": "NoLimit",
                "dehumidification_control_type": "None",
                "humidification_control_type": "None",
            }
        },
        "ZoneHVAC:EquipmentList": {
            f"{zone} equipment": {
                "load_distribution_scheme": "SequentialLoad",
                "equipment": [
                    {
                        "zone_equipment_object_type": IDEAL_LOADS,
                        "zone_equipment_name": system,
                        "zone_equipment_cooling_sequence": 1,
                        "zone_equipment_heating_or_no_load_sequence": 1,
                    }
                ],
            }
        },
        "ZoneHVAC:EquipmentConnections": {
            f"{zone} connections": {
                "zone_name": zone,
                "zone_conditioning_equipment_list_name": f"{zone} equipment",
                "zone_air_inlet_node_or_nodelist_name": supply,
                "zone_air_exhaust_node_or_nodelist_name": exhaust,
                "zone_air_node_name": f"{zone} air",
            }
        },
    }
