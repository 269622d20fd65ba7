"""A first mapping table for any model, from what its objects say of each other.

Areas, people, hours and outdoor air come from the engine, which has sized the model by then.
"""

from __future__ import annotations

from datetime import date
from math import isfinite, nan
from pathlib import Path
from tempfile import TemporaryDirectory

from hvac_rl.errors import ConfigError
from sim_buildings.energyplus.exchange import Internal, Run, Variable
from sim_buildings.energyplus.geometry import Wall, outer_walls
from sim_buildings.energyplus.mapping import HandlerMap, Mapping, Site, ZoneMap
from sim_buildings.energyplus.models import STEPS_PER_HOUR, prepare, with_period
from sim_buildings.energyplus.objects import Fields, Model, load_model, same
from sim_buildings.energyplus.package import weather_path
from sim_buildings.energyplus.plant import write_model
from sim_buildings.energyplus.worker import Worker
from sim_buildings.weather import HOURS_PER_DAY

# Assumed, as in our own catalogue: what office lights give on the task.
FULL_LIGHT_LUX = 550.0
# An ordinary week without holidays, from a Monday on: who is in when.
WEEK = date(2026, 1, 12)
# Shares of the week's largest headcount: an hour counts as occupied, a day as a workday.
OCCUPIED_SHARE, WORKDAY_SHARE = 0.1, 0.6
# Assumed, for a building without people.
START_H, END_H, WORKDAYS = 8.0, 18.0, (0, 1, 2, 3, 4)
STANDARD_AIR_KG_M3 = 1.204
"""At 20 °C and sea level; the engine states flows of autosized controllers in kg/s."""
# ASHRAE 62.1-2022, table 6-1, office; where the model sizes no outdoor air.
PER_PERSON_M3_S, PER_AREA_M3_S_M2 = 0.0025, 0.0003
# Internal variables of the engine.
PEOPLE = "People Count Design Level"
LEAST_AIR = "Outdoor Air Controller Minimum Mass Flow Rate"


def draft_mapping(model: str | Path, weather: str | Path, worker: Worker | None = None) -> Mapping:
    """The table of a model by reference name, IDF or epJSON; runs a week of it.

    Raises ConfigError for a model without thermostats, EnergyPlusError for one that does not run.
    """
    own = Worker() if worker is None else worker
    try:
        loaded = load_model(model, own)
        return _draft(loaded, weather_path(weather), own)
    finally:
        if worker is None:
            own.close()


def _draft(model: Model, weather: Path, worker: Worker) -> Mapping:
    zones = _thermostat_zones(model)
    if not zones:
        raise ConfigError(model.name, "has no ZoneControl:Thermostat: nothing to command")
    handlers = {zone: _handler_of(model, zone) for zone in zones}
    served = [name for name in model.names("AirLoopHVAC") if name in handlers.values()]
    sizes, people = _run_a_week(model, weather, worker, zones, served)
    walls = outer_walls(model)
    maps = tuple(_zone(model, zone, handlers[zone], walls, sizes) for zone in zones)
    return Mapping(
        title=Path(model.name).stem,
        site=_site(people),
        zones=maps,
        air_handlers=tuple(_handler(model, name, maps, sizes) for name in served),
    )


def _thermostat_zones(model: Model) -> list[str]:
    """Zones with a thermostat, in the model's order."""
    controlled = set()
    for _, _, fields in model.of("ZoneControl:Thermostat"):
        name = str(fields.get("zone_or_zonelist_name", ""))
        controlled |= {zone.casefold() for zone in model.expand("ZoneList", "zone_name", name)}
    return [zone for zone in model.names("Zone") if zone.casefold() in controlled]


def _site(people: list[float]) -> Site:
    """Hours and workdays from the people in the building, by quarter hours over a week."""
    most = max(people)
    if most <= 0.0:
        return Site(start_h=START_H, end_h=END_H, workdays=WORKDAYS)
    a_day = HOURS_PER_DAY * STEPS_PER_HOUR
    days = [people[k * a_day : (k + 1) * a_day] for k in range(7)]
    workdays = tuple(k for k, day in enumerate(days) if max(day) >= WORKDAY_SHARE * most)
    busy = [step for k in workdays for step, n in enumerate(days[k]) if n >= OCCUPIED_SHARE * most]
    start_h, end_h = min(busy) / STEPS_PER_HOUR, (max(busy) + 1) / STEPS_PER_HOUR
    return Site(start_h=start_h, end_h=end_h, workdays=workdays)


def _run_a_week(
    model: Model, weather: Path, worker: Worker, zones: list[str], handlers: list[str]
) -> tuple[dict[Internal, float], list[float]]:
    """Internal variables of the sized model, and the people in all zones by quarter hours."""
    wanted = [Internal("Zone Floor Area", zone) for zone in zones]
    for zone in zones:
        wanted += [Internal(PEOPLE, name) for name in _loads(model, "People", zone)]
    for handler in handlers:
        wanted.append(Internal(LEAST_AIR, _outdoor_air_controller(model, handler)))
    table = with_period(prepare(model, None), WEEK, 7, ())
    count = tuple(
        Variable("Zone People Occupant Count", zone)
        for zone in zones
        if _loads(model, "People", zone)
    )
    with TemporaryDirectory(prefix="hvac-rl-energyplus-") as folder:
        run = Run(write_model(table, Path(folder)), str(weather), count, internals=tuple(wanted))
        values, _ = worker.start(run, model.name)
        steps = 7 * HOURS_PER_DAY * STEPS_PER_HOUR
        people = [sum(worker.step(())) for _ in range(steps)]
        worker.stop()
    return dict(zip(wanted, values, strict=True)), people


def _zone(
    model: Model, zone: str, handler: str, walls: list[Wall], sizes: dict[Internal, float]
) -> ZoneMap:
    own = [wall for wall in walls if same(wall.zone, zone)]
    main = max(own, key=lambda wall: (wall.window_m2, wall.area_m2), default=None)
    people = [sizes[Internal(PEOPLE, name)] for name in _loads(model, "People", zone)]
    return ZoneMap(
        zone=zone,
        name=zone,
        area_m2=round(sizes[Internal("Zone Floor Area", zone)], 3),
        design_people=round(sum(count for count in people if isfinite(count)), 3),
        full_light_lux=FULL_LIGHT_LUX,
        azimuth_deg=nan if main is None else main.azimuth_deg,
        facade="" if main is None else main.name,
        air_handler=handler,
        lights=tuple(_loads(model, "Lights", zone)),
        windows=tuple(window for wall in own for window in wall.windows),
    )


def _handler(
    model: Model, name: str, zones: tuple[ZoneMap, ...], sizes: dict[Internal, float]
) -> HandlerMap:
    controller = _outdoor_air_controller(model, name)
    mass_kg_s = sizes[Internal(LEAST_AIR, controller)]
    design_m3_s = mass_kg_s / STANDARD_AIR_KG_M3
    if not design_m3_s > 0.0:
        design_m3_s = sum(
            PER_PERSON_M3_S * zone.design_people + PER_AREA_M3_S_M2 * zone.area_m2
            for zone in zones
            if zone.air_handler == name
        )
    return HandlerMap(
        name=name,
        design_outdoor_air_m3_s=round(design_m3_s, 5),
        # A least flow of zero cannot be commanded as a share of it.
        outdoor_air_controller=controller if mass_kg_s > 0.0 else "",
        supply_air_manager=_supply_air_manager(model, name),
    )


def _loads(model: Model, kind: str, zone: str) -> list[str]:
    """Names of a zone's lights or people as the engine has them."""
    key = "zone_or_zonelist_or_space_or_spacelist_name"
    found = []
    for _, name, fields in model.of(kind):
        target = str(fields.get(key, fields.get("zone_or_zonelist_name", "")))
        if same(target, zone):
            found.append(name)
        elif any(same(member, zone) for member in model.expand("ZoneList", "zone_name", target)):
            found.append(f"{zone} {name}")
    return found


def _handler_of(model: Model, zone: str) -> str:
    """The air loop whose supply path reaches a terminal of the zone; "" without one."""
    inlets: set[str] = set()
    for _, _, fields in model.of("ZoneHVAC:EquipmentConnections"):
        if not same(fields.get("zone_name"), zone):
            continue
        listed = model.find(
            "ZoneHVAC:EquipmentList", str(fields.get("zone_conditioning_equipment_list_name", ""))
        )
        for row in (listed or {}).get("equipment", []):
            if row.get("zone_equipment_object_type") == "ZoneHVAC:AirDistributionUnit":
                unit = model.find("ZoneHVAC:AirDistributionUnit", row["zone_equipment_name"]) or {}
                terminal = model.find(
                    str(unit.get("air_terminal_object_type")), str(unit.get("air_terminal_name"))
                )
                inlets |= _inlets(terminal or {})
    for _, name, loop in model.of("AirLoopHVAC"):
        demand = str(loop.get("demand_side_inlet_node_names", ""))
        starts = {node.casefold() for node in model.expand("NodeList", "node_name", demand)}
        for _, _, path in model.of("AirLoopHVAC:SupplyPath"):
            if str(path.get("supply_air_path_inlet_node_name", "")).casefold() in starts:
                if inlets & _path_outlets(model, path):
                    return name
    return ""


def _inlets(fields: Fields) -> set[str]:
    return {
        str(value).casefold() for key, value in fields.items() if "inlet" in key and "node" in key
    }


def _path_outlets(model: Model, path: Fields) -> set[str]:
    outlets = set()
    for row in path.get("components", []):
        part = model.find(str(row.get("component_object_type")), str(row.get("component_name")))
        for node in (part or {}).get("nodes", []):
            outlets |= {str(value).casefold() for value in node.values()}
    return outlets


def _outdoor_air_controller(model: Model, handler: str) -> str:
    """The controller of a loop's outdoor air system; "" without one."""
    loop = model.find("AirLoopHVAC", handler) or {}
    branches = model.find("BranchList", str(loop.get("branch_list_name", ""))) or {}
    for row in branches.get("branches", []):
        branch = model.find("Branch", str(row.get("branch_name", ""))) or {}
        for part in branch.get("components", []):
            if part.get("component_object_type") != "AirLoopHVAC:OutdoorAirSystem":
                continue
            system = model.find("AirLoopHVAC:OutdoorAirSystem", part["component_name"]) or {}
            listed = model.find(
                "AirLoopHVAC:ControllerList", str(system.get("controller_list_name", ""))
            )
            for key, value in (listed or {}).items():
                kind = key.replace("_name", "_object_type")
                if key.endswith("_name") and (listed or {}).get(kind) == "Controller:OutdoorAir":
                    return str(value)
    return ""


def _supply_air_manager(model: Model, handler: str) -> str:
    """The scheduled temperature setpoint on a loop's supply outlet; "" without one."""
    loop = model.find("AirLoopHVAC", handler) or {}
    given = str(loop.get("supply_side_outlet_node_names", ""))
    outlets = {node.casefold() for node in model.expand("NodeList", "node_name", given)}
    for _, name, fields in model.of("SetpointManager:Scheduled"):
        node = str(fields.get("setpoint_node_or_nodelist_name", ""))
        nodes = {one.casefold() for one in model.expand("NodeList", "node_name", node)}
        if same(fields.get("control_variable"), "Temperature") and nodes & outlets:
            return name
    return ""
