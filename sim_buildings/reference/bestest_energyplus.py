"""BESTEST cases in EnergyPlus: the model built from :mod:`bestest_cases`, run for a year.

Algorithms as in NREL's EnergyPlus submissions (BESTEST-GSR, case_en_600.idf): TARP inside and
DOE-2 outside convection, conduction transfer functions, full interior and exterior solar
distribution, shadows every day, terrain "Country", infiltration and ventilation at the site's
density, ideal loads without limits. Six time steps an hour here, four there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim_buildings.reference.annual import Floats, Model, Wanted, run_year
from sim_buildings.reference.bestest_cases import Case, Facade, Layer, Window
from sim_buildings.reference.bestest_result import CaseHours, CaseResult, reduce_hours
from sim_buildings.reference.epjson import compact_day, ideal_loads

STEPS_PER_HOUR = 6
_ZONE = "Zone"
# Setpoints that never call: colder and hotter than any air in these cases.
_NEVER_HEAT_C = -100.0
_NEVER_COOL_C = 200.0

_AIR = Wanted("Zone Mean Air Temperature")
_HEATING = Wanted("Zone Air System Sensible Heating Rate")
_COOLING = Wanted("Zone Air System Sensible Cooling Rate")
_SUN = Wanted("Enclosure Windows Total Transmitted Solar Radiation Rate")

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

Point = tuple[float, float, float]


def run_case(case: Case, epw: Path) -> CaseResult:
    """EnergyPlus's year for ``case`` with the weather file ``epw``."""
    year = run_year(build(case), epw, variables=(_AIR, _HEATING, _COOLING, _SUN))

    def of_zone(wanted: Wanted) -> Floats:
        return year.series(wanted.variable, _ZONE)

    hours = CaseHours(of_zone(_AIR), of_zone(_HEATING), of_zone(_COOLING), of_zone(_SUN))
    return reduce_hours(case.name, hours)


def build(case: Case) -> Model:
    """The epJSON model of a case, complete but for run period and outputs."""
    model: Model = {
        "Version": {"Version": {"version_identifier": "25.2"}},
        "Timestep": {"Timestep": {"number_of_timesteps_per_hour": STEPS_PER_HOUR}},
        "SimulationControl": {
            "Control": {
                "do_zone_sizing_calculation": "No",
                "do_system_sizing_calculation": "No",
                "do_plant_sizing_calculation": "No",
            }
        },
        "Building": {
            f"BESTEST {case.name}": {
                "north_axis": 0.0,
                "terrain": "Country",
                "solar_distribution": "FullInteriorAndExterior",
                "minimum_number_of_warmup_days": 6,
                "maximum_number_of_warmup_days": 50,
            }
        },
        "HeatBalanceAlgorithm": {"Conduction": {"algorithm": "ConductionTransferFunction"}},
        "SurfaceConvectionAlgorithm:Inside": {"Inside": {"algorithm": "TARP"}},
        "SurfaceConvectionAlgorithm:Outside": {"Outside": {"algorithm": "DOE-2"}},
        "ShadowCalculation": {
            "Shadows": {
                "shading_calculation_method": "PolygonClipping",
                "shading_calculation_update_frequency_method": "Periodic",
                "shading_calculation_update_frequency": 1,
            }
        },
        "GlobalGeometryRules": {
            "Rules": {
                "starting_vertex_position": "UpperLeftCorner",
                "vertex_entry_direction": "Counterclockwise",
                "coordinate_system": "Relative",
            }
        },
        "Site:GroundTemperature:BuildingSurface": {
            "Ground": {f"{month}_ground_temperature": case.ground_c for month in MONTHS}
        },
        "Zone": {_ZONE: {"ceiling_height": case.height_m, "volume": case.volume_m3}},
        "ScheduleTypeLimits": {"Any": {"numeric_type": "Continuous"}},
    }
    _add_fabric(model, case)
    _add_surfaces(model, case)
    _add_gains_and_air(model, case)
    if not case.free_float:
        _add_thermostat(model, case)
    return model


def _add_fabric(model: Model, case: Case) -> None:
    materials: dict[str, dict[str, Any]] = {}
    resistances: dict[str, dict[str, Any]] = {}
    surface = {
        "roughness": "Rough",
        "thermal_absorptance": case.emittance,
        "visible_absorptance": case.solar_absorptance_outside,
    }

    def add(layer: Layer, absorptance: float) -> None:
        finish = {**surface, "solar_absorptance": absorptance}
        if layer.capacity_j_m2_k == 0.0:
            resistances[layer.name] = {**finish, "thermal_resistance": layer.resistance_m2_k_w}
        else:
            materials[layer.name] = {
                **finish,
                "thickness": layer.thickness_m,
                "conductivity": layer.conductivity_w_m_k,
                "density": layer.density_kg_m3,
                "specific_heat": layer.specific_heat_j_kg_k,
            }

    constructions = {"Wall": case.fabric.wall, "Roof": case.fabric.roof, "Floor": case.fabric.floor}
    for layers in constructions.values():
        for layer in layers:
            add(layer, case.solar_absorptance_outside)
        add(layers[-1], case.solar_absorptance_inside)
    glass = case.glass
    model["Material"] = materials
    model["Material:NoMass"] = resistances
    model["WindowMaterial:Glazing"] = {
        "Pane": {
            "optical_data_type": "SpectralAverage",
            "thickness": glass.pane_thickness_m,
            "solar_transmittance_at_normal_incidence": glass.solar_transmittance,
            "front_side_solar_reflectance_at_normal_incidence": glass.solar_reflectance,
            "back_side_solar_reflectance_at_normal_incidence": glass.solar_reflectance,
            "visible_transmittance_at_normal_incidence": glass.visible_transmittance,
            "front_side_visible_reflectance_at_normal_incidence": glass.visible_reflectance,
            "back_side_visible_reflectance_at_normal_incidence": glass.visible_reflectance,
            "infrared_transmittance_at_normal_incidence": 0.0,
            "front_side_infrared_hemispherical_emissivity": glass.emissivity,
            "back_side_infrared_hemispherical_emissivity": glass.emissivity,
            "conductivity": glass.pane_conductivity_w_m_k,
        }
    }
    model["WindowMaterial:Gas"] = {"Gap": {"gas_type": "Air", "thickness": glass.gap_m}}
    model["Construction"] = {
        **{name: _construction(layers) for name, layers in constructions.items()},
        "Window": {"outside_layer": "Pane", "layer_2": "Gap", "layer_3": "Pane"},
    }


def _construction(layers: tuple[Layer, ...]) -> dict[str, Any]:
    names = ["outside_layer", *(f"layer_{i}" for i in range(2, len(layers) + 1))]
    return {field: layer.name for field, layer in zip(names, layers, strict=True)}


def _add_surfaces(model: Model, case: Case) -> None:
    w, d, h = case.width_m, case.depth_m, case.height_m
    surfaces = {
        facade: _surface("Wall", "Wall", _upright(case, facade, 0.0, 0.0, _length(case, facade), h))
        for facade in ("south", "east", "north", "west")
    }
    surfaces["roof"] = _surface("Roof", "Roof", [(0, d, h), (0, 0, h), (w, 0, h), (w, d, h)])
    surfaces["floor"] = {
        **_surface("Floor", "Floor", [(w, d, 0), (w, 0, 0), (0, 0, 0), (0, d, 0)]),
        "outside_boundary_condition": "Ground",
        "sun_exposure": "NoSun",
        "wind_exposure": "NoWind",
    }
    model["BuildingSurface:Detailed"] = surfaces
    model["FenestrationSurface:Detailed"] = {
        f"Window {i}": _window(case, window) for i, window in enumerate(case.windows, 1)
    }


def _length(case: Case, facade: Facade) -> float:
    return case.width_m if facade in ("south", "north") else case.depth_m


def _upright(
    case: Case, facade: Facade, left_m: float, sill_m: float, width_m: float, height_m: float
) -> list[Point]:
    """A rectangle on a facade: from its upper left corner counterclockwise, seen from outside."""
    w, d = case.width_m, case.depth_m
    origin, along = {
        "south": ((0.0, 0.0), (1.0, 0.0)),
        "east": ((w, 0.0), (0.0, 1.0)),
        "north": ((w, d), (-1.0, 0.0)),
        "west": ((0.0, d), (0.0, -1.0)),
    }[facade]

    def point(s: float, z: float) -> Point:
        return origin[0] + s * along[0], origin[1] + s * along[1], z

    right, top = left_m + width_m, sill_m + height_m
    return [point(left_m, top), point(left_m, sill_m), point(right, sill_m), point(right, top)]


def _surface(kind: str, construction: str, points: list[Point]) -> dict[str, Any]:
    return {
        "surface_type": kind,
        "construction_name": construction,
        "zone_name": _ZONE,
        "outside_boundary_condition": "Outdoors",
        "sun_exposure": "SunExposed",
        "wind_exposure": "WindExposed",
        "view_factor_to_ground": "Autocalculate",
        "vertices": [
            {"vertex_x_coordinate": x, "vertex_y_coordinate": y, "vertex_z_coordinate": z}
            for x, y, z in points
        ],
    }


def _window(case: Case, window: Window) -> dict[str, Any]:
    points = _upright(
        case, window.facade, window.left_m, window.sill_m, window.width_m, window.height_m
    )
    fields: dict[str, Any] = {
        "surface_type": "Window",
        "construction_name": "Window",
        "building_surface_name": window.facade,
        "number_of_vertices": 4,
    }
    for i, point in enumerate(points, 1):
        for axis, value in zip("xyz", point, strict=True):
            fields[f"vertex_{i}_{axis}_coordinate"] = value
    return fields


def _add_gains_and_air(model: Model, case: Case) -> None:
    model["Schedule:Constant"] = {
        "Always": {"schedule_type_limits_name": "Any", "hourly_value": 1.0}
    }
    model["OtherEquipment"] = {
        "Gain": {
            "zone_or_zonelist_or_space_or_spacelist_name": _ZONE,
            "schedule_name": "Always",
            "design_level_calculation_method": "EquipmentLevel",
            "design_level": case.gain_w,
            "fraction_radiant": case.gain_radiant_fraction,
        }
    }
    model["ZoneInfiltration:DesignFlowRate"] = {
        "Infiltration": {
            "zone_or_zonelist_or_space_or_spacelist_name": _ZONE,
            "schedule_name": "Always",
            "design_flow_rate_calculation_method": "AirChanges/Hour",
            "air_changes_per_hour": case.infiltration_ach,
        }
    }
    schedules = model.setdefault("Schedule:Compact", {})
    if case.night_vent_m3_s > 0.0:
        off_from, off_to = case.night_vent_off_hours
        schedules["Night"] = compact_day(
            [0.0 if off_from <= hour < off_to else 1.0 for hour in _step_hours()], STEPS_PER_HOUR
        )
        model["ZoneVentilation:DesignFlowRate"] = {
            "Night": {
                "zone_or_zonelist_or_space_or_spacelist_name": _ZONE,
                "schedule_name": "Night",
                "design_flow_rate_calculation_method": "Flow/Zone",
                "design_flow_rate": case.night_vent_m3_s,
                "ventilation_type": "Natural",
            }
        }


def _add_thermostat(model: Model, case: Case) -> None:
    first, last = case.cooling_hours
    cooling = _NEVER_COOL_C if case.cooling_c is None else case.cooling_c
    schedules = model["Schedule:Compact"]
    schedules["Heating setpoint"] = compact_day(heating_setpoints_c(case), STEPS_PER_HOUR)
    schedules["Cooling setpoint"] = compact_day(
        [cooling if first <= hour < last else _NEVER_COOL_C for hour in _step_hours()],
        STEPS_PER_HOUR,
    )
    schedules["Dual setpoint"] = compact_day([4.0] * 24 * STEPS_PER_HOUR, STEPS_PER_HOUR)
    model["ThermostatSetpoint:DualSetpoint"] = {
        "Setpoints": {
            "heating_setpoint_temperature_schedule_name": "Heating setpoint",
            "cooling_setpoint_temperature_schedule_name": "Cooling setpoint",
        }
    }
    model["ZoneControl:Thermostat"] = {
        "Thermostat": {
            "zone_or_zonelist_name": _ZONE,
            "control_type_schedule_name": "Dual setpoint",
            "control_1_object_type": "ThermostatSetpoint:DualSetpoint",
            "control_1_name": "Setpoints",
        }
    }
    for kind, objects in ideal_loads(_ZONE).items():
        model.setdefault(kind, {}).update(objects)


def _step_hours() -> list[float]:
    """The hour of day at which each time step begins."""
    return [step / STEPS_PER_HOUR for step in range(24 * STEPS_PER_HOUR)]


def heating_setpoints_c(case: Case) -> list[float]:
    """Setpoint of each time step of the day: the value at the step's end, ramps included."""
    if case.heating_c is None:
        return [_NEVER_HEAT_C] * 24 * STEPS_PER_HOUR
    setpoints: list[float] = []
    for hour, end in enumerate(case.heating_c):
        begin = min(case.heating_c[hour - 1], end)
        setpoints += [
            begin + (end - begin) * (step + 1) / STEPS_PER_HOUR for step in range(STEPS_PER_HOUR)
        ]
    return setpoints
