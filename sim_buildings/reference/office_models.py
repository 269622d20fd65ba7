"""The DOE reference offices for EnergyPlus, with ideal loads in place of their plants.

Source: the U.S. DOE commercial reference buildings, new construction 2004, small office (five
zones and an attic) and medium office (fifteen zones and three plenums), as the EnergyPlus
package brings them (Deru et al., NREL/TP-5500-46861, 2011). Envelope, gains, infiltration,
ground temperatures and thermostat schedules are theirs; the Chicago envelope stays whatever the
weather.
"""

from __future__ import annotations

from pathlib import Path

from hvac_rl.errors import ConfigError
from sim_buildings.reference.annual import Model, convert, require
from sim_buildings.reference.epjson import ideal_loads

OFFICES = ("small_office", "medium_office")

# Everything that is neither plant nor report nor tariff.
_KEPT = frozenset(
    {
        "Version",
        "Building",
        "Timestep",
        "GlobalGeometryRules",
        "HeatBalanceAlgorithm",
        "ZoneAirHeatBalanceAlgorithm",
        "SurfaceConvectionAlgorithm:Inside",
        "SurfaceConvectionAlgorithm:Outside",
        "ShadowCalculation",
        "Site:GroundTemperature:BuildingSurface",
        "RunPeriodControl:SpecialDays",
        "Zone",
        "BuildingSurface:Detailed",
        "FenestrationSurface:Detailed",
        "InternalMass",
        "Construction",
        "Material",
        "Material:NoMass",
        "WindowMaterial:SimpleGlazingSystem",
        "ScheduleTypeLimits",
        "Schedule:Compact",
        "People",
        "Lights",
        "ElectricEquipment",
        "ZoneInfiltration:DesignFlowRate",
        "ZoneControl:Thermostat",
        "ThermostatSetpoint:DualSetpoint",
    }
)


def load_office(name: str) -> Model:
    """The office as shipped, in epJSON; ``name`` is one of :data:`OFFICES`."""
    require()
    from pyenergyplus.dataset import ref_models

    if name not in OFFICES:
        raise ConfigError(f"office: {name}", "not known", f"There are: {', '.join(OFFICES)}.")
    return convert(Path(ref_models[name]))


def with_ideal_loads(model: Model) -> Model:
    """The same envelope and gains; every zone with a thermostat gets heating and cooling at will.

    No outdoor air but infiltration, no moisture, no service water. Heat that lights gave to the
    return air stays in the zone (there is no return air): as convection.
    """
    kept = {kind: dict(objects) for kind, objects in model.items() if kind in _KEPT}
    kept["Lights"] = {
        lamp: {**fields, "return_air_fraction": 0.0} for lamp, fields in kept["Lights"].items()
    }
    kept["SimulationControl"] = {
        "Control": {
            "do_zone_sizing_calculation": "No",
            "do_system_sizing_calculation": "No",
            "do_plant_sizing_calculation": "No",
        }
    }
    for zone in thermostat_zones(model):
        for kind, objects in ideal_loads(zone).items():
            kept.setdefault(kind, {}).update(objects)
    return kept


def thermostat_zones(model: Model) -> tuple[str, ...]:
    """Names of the zones with a thermostat."""
    return tuple(
        fields["zone_or_zonelist_name"] for fields in model["ZoneControl:Thermostat"].values()
    )
