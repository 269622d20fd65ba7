"""A model made ready to be run by us: one run period, quarter hours, and the points we need.

Taken out: reports, tariffs, daylight saving (we keep local standard time all year) and the calls
of the model's own programs (``EnergyManagementSystem``, ``PythonPlugin``), which would override our
commands without a word. Put in: CO2, a daylight sensor and shades for the zones of the mapping, and
schedules of their own for the air handlers' commanded points.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from datetime import date, timedelta

from hvac_rl.errors import ConfigError
from sim_buildings.energyplus.geometry import floor_centre
from sim_buildings.energyplus.mapping import HandlerMap, Mapping, ZoneMap
from sim_buildings.energyplus.objects import Fields, Model, Table, same

STEPS_PER_HOUR = 4
REMOVED = ("Output:", "OutputControl:", "PythonPlugin:", "UtilityCost:")
REMOVED_KINDS = (
    # Without it no program is ever called. The programs' other objects stay: output variables and
    # meters refer to them, and the engine crashes where they are missing.
    "EnergyManagementSystem:ProgramCallingManager",
    "RunPeriod",
    "RunPeriod:CustomRange",
    "RunPeriodControl:DaylightSavingTime",
    "RunPeriodControl:SpecialDays",
    "Daylighting:Controls",
    "Daylighting:ReferencePoint",
    "Daylighting:DELight:Controls",
    "Daylighting:DELight:ReferencePoint",
    "WindowShadingControl",
)
# Energy that has neither a meter nor a price here.
UNPRICED = ("DistrictCooling", "DistrictHeating:Water", "DistrictHeating:Steam")

ELECTRICITY = "hvac-rl electricity"
GAS = "NaturalGas:Facility"
OUTDOOR_CO2_PPM = 400.0
# Exterior shade with about the effect of our own simulator's closed blind, F_C = 0.25 and 0.15 for
# light (see its catalogue). Assumed: thin fabric, half of the sun reflected.
SHADE = "hvac-rl shade"
SHADE_FIELDS: Fields = {
    "solar_transmittance": 0.2,
    "solar_reflectance": 0.5,
    "visible_transmittance": 0.15,
    "visible_reflectance": 0.5,
    "infrared_hemispherical_emissivity": 0.9,
    "infrared_transmittance": 0.0,
    "thickness": 0.001,
    "conductivity": 0.1,
    "shade_to_glass_distance": 0.05,
    "top_opening_multiplier": 0.5,
    "bottom_opening_multiplier": 0.5,
    "left_side_opening_multiplier": 0.5,
    "right_side_opening_multiplier": 0.5,
    "airflow_permeability": 0.0,
}
# EN 12464-1:2021 states illuminance on the task; office work is done at 0.75 to 0.85 m.
TASK_HEIGHT_M = 0.8
# What the model's design day temperatures were sized for; until the first command.
FIRST_SUPPLY_AIR_C = 12.8


def prepare(model: Model, mapping: Mapping | None) -> Table:
    """A copy ready for :func:`with_period`; without ``mapping``, for a look at the model alone."""
    found = [kind for kind in UNPRICED if kind in model.table]
    if found:
        raise ConfigError(
            f"{model.name}: {found[0]}",
            "this building buys energy that the environment does not count",
            "Electricity and natural gas are counted; replace the district connection by a plant.",
        )
    table = {
        kind: copy.deepcopy(objects)
        for kind, objects in model.table.items()
        if not kind.startswith(REMOVED) and kind not in REMOVED_KINDS
    }
    control = next(iter(table.setdefault("SimulationControl", {"control": {}}).values()))
    control["run_simulation_for_sizing_periods"] = "No"
    control["run_simulation_for_weather_file_run_periods"] = "Yes"
    control["do_hvac_sizing_simulation_for_sizing_periods"] = "No"
    table["Timestep"] = {"Timestep 1": {"number_of_timesteps_per_hour": STEPS_PER_HOUR}}
    table["OutputControl:Files"] = {"OutputControl:Files 1": dict.fromkeys(FILES, "No")}
    # Electricity:Facility has no handle of its own (index 0 counts as none): one around it.
    table.setdefault("Meter:Custom", {})[ELECTRICITY] = {
        "resource_type": "Electricity",
        "variable_details": [
            {"key_name": "", "output_variable_or_meter_name": "Electricity:Facility"}
        ],
    }
    if mapping is not None:
        _add_co2(table)
        _add_shade_material(table)
        rules = table.setdefault("GlobalGeometryRules", {"rules": {}})
        for rule in rules.values():
            rule["daylighting_reference_point_coordinate_system"] = rule.get(
                "coordinate_system", "Relative"
            )
        for zone in mapping.zones:
            _add_daylight(table, model, zone)
            _add_shades(table, zone)
        for handler in mapping.air_handlers:
            _add_handler_schedules(table, handler)
    return table


FILES = (
    "output_csv", "output_mtr", "output_eso", "output_eio", "output_tabular", "output_sqlite",
    "output_json", "output_audit", "output_space_sizing", "output_zone_sizing",
    "output_system_sizing", "output_dxf", "output_bnd", "output_rdd", "output_mdd", "output_mtd",
    "output_end", "output_shd", "output_dfs", "output_glhe", "output_delightin",
    "output_delighteldmp", "output_delightdfdmp", "output_edd", "output_dbg", "output_perflog",
    "output_sln", "output_sci", "output_wrl", "output_screen", "output_extshd", "output_tarcog",
)  # fmt: skip


def with_period(table: Table, first: date, days: int, free: Iterable[date]) -> Table:
    """``table`` to be run from midnight of ``first``; the days of ``free`` are holidays to it.

    Shares everything else with ``table``. At most a year.
    """
    last = first + timedelta(days=days - 1)
    if not 1 <= days <= 365:
        raise ValueError(f"a run lasts 1 to 365 days, not {days}")
    period = {
        "begin_year": first.year,
        "begin_month": first.month,
        "begin_day_of_month": first.day,
        "end_year": last.year,
        "end_month": last.month,
        "end_day_of_month": last.day,
        "use_weather_file_daylight_saving_period": "No",
        "use_weather_file_holidays_and_special_days": "No",
        "apply_weekend_holiday_rule": "No",
    }
    holidays = {
        f"holiday {day:%m-%d}": {
            "start_date": f"{day.month}/{day.day}",
            "duration": 1,
            "special_day_type": "Holiday",
        }
        for day in free
        if first <= day <= last
    }
    made = {**table, "RunPeriod": {"run": period}}
    if holidays:
        made["RunPeriodControl:SpecialDays"] = holidays
    return made


def daylight_name(zone: ZoneMap) -> str:
    """The name of a zone's daylight sensor."""
    return f"{zone.zone} daylight"


def supply_air_schedule(handler: HandlerMap) -> str:
    """The name of the schedule that commands a handler's supply air temperature."""
    return f"{handler.name} supply air"


def outdoor_air_schedule(handler: HandlerMap) -> str:
    """The name of the schedule that commands a handler's least outdoor air, 0 to 1."""
    return f"{handler.name} least outdoor air"


def enable_schedules(handler: HandlerMap) -> tuple[str, str]:
    """(1 makes a handler run, 0 makes it rest): the names of the schedules."""
    return f"{handler.name} must run", f"{handler.name} may run"


def has_daylight(model: Model, zone: ZoneMap) -> bool:
    """Whether a zone gets a daylight sensor: it has windows and a floor."""
    return bool(zone.windows) and floor_centre(model, zone.zone) is not None


def _constant(table: Table, name: str, value: float) -> None:
    table.setdefault("Schedule:Constant", {})[name] = {"hourly_value": value}


def _add_co2(table: Table) -> None:
    balance = next(iter(table.setdefault("ZoneAirContaminantBalance", {"balance": {}}).values()))
    if not same(balance.get("carbon_dioxide_concentration"), "Yes"):
        _constant(table, "hvac-rl outdoor CO2", OUTDOOR_CO2_PPM)
        balance["carbon_dioxide_concentration"] = "Yes"
        balance["outdoor_carbon_dioxide_schedule_name"] = "hvac-rl outdoor CO2"


def _add_shade_material(table: Table) -> None:
    table.setdefault("WindowMaterial:Shade", {})[SHADE] = dict(SHADE_FIELDS)
    _constant(table, "hvac-rl shades open", 0.0)


def _add_shades(table: Table, zone: ZoneMap) -> None:
    if zone.windows:
        table.setdefault("WindowShadingControl", {})[f"{zone.zone} shades"] = {
            "zone_name": zone.zone,
            "shading_control_sequence_number": 1,
            "shading_type": "ExteriorShade",
            "shading_device_material_name": SHADE,
            "shading_control_type": "OnIfScheduleAllows",
            "schedule_name": "hvac-rl shades open",
            "shading_control_is_scheduled": "Yes",
            "glare_control_is_active": "No",
            "multiple_surface_control_type": "Sequential",
            "fenestration_surfaces": [{"fenestration_surface_name": w} for w in zone.windows],
        }


def _add_daylight(table: Table, model: Model, zone: ZoneMap) -> None:
    """A sensor in the middle of the floor that dims nothing: dimming is ours."""
    centre = floor_centre(model, zone.zone)
    if not zone.windows or centre is None:
        return
    x, y, z = centre
    name = daylight_name(zone)
    table.setdefault("Daylighting:ReferencePoint", {})[f"{name} point"] = {
        "zone_or_space_name": zone.zone,
        "x_coordinate_of_reference_point": x,
        "y_coordinate_of_reference_point": y,
        "z_coordinate_of_reference_point": z + TASK_HEIGHT_M,
    }
    table.setdefault("Daylighting:Controls", {})[name] = {
        "zone_or_space_name": zone.zone,
        "daylighting_method": "SplitFlux",
        "lighting_control_type": "Continuous",
        "control_data": [
            {
                "daylighting_reference_point_name": f"{name} point",
                "fraction_of_lights_controlled_by_reference_point": 0.0,
                "illuminance_setpoint_at_reference_point": 500.0,
            }
        ],
    }


def _add_handler_schedules(table: Table, handler: HandlerMap) -> None:
    """Models share one schedule among handlers: each gets its own, to be commanded alone."""
    prepared = Model("", table)
    if handler.enable:
        _add_availability(table, prepared, handler)
    if handler.supply_air_manager:
        manager = prepared.find("SetpointManager:Scheduled", handler.supply_air_manager)
        assert manager is not None, handler
        _constant(table, supply_air_schedule(handler), FIRST_SUPPLY_AIR_C)
        manager["schedule_name"] = supply_air_schedule(handler)
    if handler.outdoor_air_controller:
        controller = prepared.find("Controller:OutdoorAir", handler.outdoor_air_controller)
        assert controller is not None, handler
        _constant(table, outdoor_air_schedule(handler), 1.0)
        controller["minimum_outdoor_air_schedule_name"] = outdoor_air_schedule(handler)
        controller["minimum_limit_type"] = "FixedMinimum"


def _add_availability(table: Table, prepared: Model, handler: HandlerMap) -> None:
    """Two managers more on the loop; while neither speaks, the model's own decide.

    The loop's "Availability Status" actuator would be simpler, but the engine's managers write
    over it within the time step.
    """
    loop = prepared.find("AirLoopHVAC", handler.name)
    assert loop is not None, handler
    kind = "AvailabilityManagerAssignmentList"
    own = prepared.find(kind, str(loop.get("availability_manager_list_name", ""))) or {}
    managers = list(own.get("managers", []))
    for name, manager, rest in zip(
        enable_schedules(handler),
        ("AvailabilityManager:ScheduledOn", "AvailabilityManager:ScheduledOff"),
        (0.0, 1.0),
        strict=True,
    ):
        _constant(table, name, rest)
        table.setdefault(manager, {})[name] = {"schedule_name": name}
        managers.append(
            {"availability_manager_name": name, "availability_manager_object_type": manager}
        )
    table.setdefault(kind, {})[f"{handler.name} managers"] = {"managers": managers}
    loop["availability_manager_list_name"] = f"{handler.name} managers"
