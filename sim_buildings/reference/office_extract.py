"""Reads an office's data out of its epJSON model and the tables of a year that was run with it.

Areas, orientations and U-values come from EnergyPlus's own report (two or three decimals); what
people, lights, air and schedules do comes from the model's objects. EnergyPlus does not mind the
case of names, so references are resolved without it and given in the spelling of the object.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians, sin
from typing import Any

from hvac_rl.errors import ConfigError
from sim_buildings.reference.annual import Model, Wanted, YearResult
from sim_buildings.reference.bestest_cases import Layer
from sim_buildings.reference.bestest_energyplus import MONTHS
from sim_buildings.reference.office_data import (
    Assembly,
    Gain,
    InfiltrationData,
    InnerSurface,
    InternalMassData,
    OfficeData,
    OuterSurface,
    PeopleData,
    WindowData,
    ZoneData,
)

SCHEDULES = Wanted("Schedule Value")
"""Must be among the variables of the year that :func:`extract` reads."""

Fields = Mapping[str, Any]
Table = dict[str, dict[str, str]]
_ZONE = "zone_or_zonelist_or_space_or_spacelist_name"


def extract(name: str, model: Model, year: YearResult) -> OfficeData:
    """The office's data from its ``model`` and a ``year`` run with ``tables`` and SCHEDULES.

    Raises ConfigError for an input form that is not read here (each method of design level has
    its own fields), so nothing is left out silently.
    """
    envelope = _Envelope(model, year)
    glazing = _spelling(model, "WindowMaterial:SimpleGlazingSystem")
    return OfficeData(
        name=name,
        zones=tuple(_zone(zone, model, envelope) for zone in model["Zone"]),
        constructions={
            construction: _assembly(fields, model)
            for construction, fields in model["Construction"].items()
            if fields["outside_layer"].upper() not in glazing
        },
        schedules={
            schedule: year.series(SCHEDULES.variable, schedule)
            for schedule in model["Schedule:Compact"]
        },
        ground_c=_ground(model),
    )


class _Envelope:
    """The report's tables by row name, and the model's spelling of surface names."""

    def __init__(self, model: Model, year: YearResult) -> None:
        self.zones = _table(year, "InputVerificationandResultsSummary", "Zone Summary")
        self.outer = _table(year, "EnvelopeSummary", "Opaque Exterior")
        self.inner = _table(year, "EnvelopeSummary", "Opaque Interior")
        self.windows = _table(year, "EnvelopeSummary", "Exterior Fenestration")
        self.surfaces = {
            name.upper(): (name, fields)
            for name, fields in model["BuildingSurface:Detailed"].items()
        }
        self.glass = _spelling(model, "FenestrationSurface:Detailed")
        self.glass_fields = {
            name.upper(): fields for name, fields in model["FenestrationSurface:Detailed"].items()
        }
        self.constructions = _spelling(model, "Construction")
        self.zone_names = _spelling(model, "Zone")


def _spelling(model: Model, kind: str) -> dict[str, str]:
    """The objects' own spelling by their name in capitals."""
    return {name.upper(): name for name in model.get(kind, {})}


def _schedule(model: Model, name: str) -> str:
    return _spelling(model, "Schedule:Compact")[name.upper()]


def _table(year: YearResult, report: str, table: str) -> Table:
    rows: Table = {}
    for cell in year.tables:
        if cell.report == report and cell.table == table:
            rows.setdefault(cell.row, {})[cell.column] = cell.value
    if not rows:
        raise ConfigError(
            f"EnergyPlus table: {table}", "not in this year", "Run the year with tables=True."
        )
    return rows


def _zone(name: str, model: Model, envelope: _Envelope) -> ZoneData:
    summary = envelope.zones[name.upper()]
    floor_m2, volume_m3 = float(summary["Area"]), float(summary["Volume"])
    outer = tuple(_outer(row, cells, envelope) for row, cells in _of(envelope.outer, name))
    exterior_m2 = sum(surface.gross_m2 for surface in outer if not surface.on_ground)
    heating, cooling = _setpoints(name, model)
    return ZoneData(
        name=name,
        floor_m2=floor_m2,
        volume_m3=volume_m3,
        heating_schedule=heating,
        cooling_schedule=cooling,
        outer=outer,
        windows=tuple(_window(row, cells, envelope) for row, cells in _of(envelope.windows, name)),
        # Internal mass stands in this table as well, without a surface of its own.
        inner=tuple(
            _inner(row, cells, envelope)
            for row, cells in _of(envelope.inner, name)
            if row in envelope.surfaces
        ),
        mass=tuple(
            InternalMassData(
                fields["surface_area"],
                envelope.constructions[fields["construction_name"].upper()],
            )
            for fields in model.get("InternalMass", {}).values()
            if fields["zone_or_zonelist_name"].upper() == name.upper()
        ),
        lights=tuple(
            _gain(model, lamp, fields, floor_m2, "lighting_level")
            for lamp, fields in _objects(model, "Lights", name)
        ),
        equipment=tuple(
            _gain(model, device, fields, floor_m2, "design_level")
            for device, fields in _objects(model, "ElectricEquipment", name)
        ),
        people=tuple(
            _people(model, group, fields, floor_m2)
            for group, fields in _objects(model, "People", name)
        ),
        infiltration=tuple(
            _infiltration(model, leak, fields, volume_m3, exterior_m2)
            for leak, fields in _objects(model, "ZoneInfiltration:DesignFlowRate", name)
        ),
    )


def _of(table: Table, zone: str) -> list[tuple[str, dict[str, str]]]:
    return [(row, cells) for row, cells in table.items() if cells["Zone"] == zone.upper()]


def _objects(model: Model, kind: str, zone: str) -> list[tuple[str, Fields]]:
    return [(name, fields) for name, fields in model.get(kind, {}).items() if fields[_ZONE] == zone]


def _outer(row: str, cells: Mapping[str, str], envelope: _Envelope) -> OuterSurface:
    name, fields = envelope.surfaces[row]
    return OuterSurface(
        name=name,
        kind=fields["surface_type"],
        on_ground=fields["outside_boundary_condition"] == "Ground",
        azimuth_deg=float(cells["Azimuth"]),
        tilt_deg=float(cells["Tilt"]),
        gross_m2=float(cells["Gross Area"]),
        net_m2=float(cells["Net Area"]),
        u_film_w_m2_k=float(cells["U-Factor with Film"]),
        u_w_m2_k=float(cells["U-Factor no Film"]),
        construction=envelope.constructions[cells["Construction"]],
        top_m=max(corner[2] for corner in _corners(fields)),
        eaves_m=_eaves_m(fields, float(cells["Azimuth"]), envelope),
    )


Corner = tuple[float, float, float]


def _corners(fields: Fields) -> list[Corner]:
    return [
        (
            float(corner["vertex_x_coordinate"]),
            float(corner["vertex_y_coordinate"]),
            float(corner["vertex_z_coordinate"]),
        )
        for corner in fields["vertices"]
    ]


def _eaves_m(fields: Fields, azimuth_deg: float, envelope: _Envelope) -> float:
    """How far outdoor soffits at the top of a wall reach beyond its plane."""
    if fields["surface_type"] != "Wall":
        return 0.0
    corners = _corners(fields)
    top_m = max(corner[2] for corner in corners)
    east, north = sin(radians(azimuth_deg)), cos(radians(azimuth_deg))
    plane_m = east * corners[0][0] + north * corners[0][1]
    reach = [
        east * x + north * y - plane_m
        for _, other in envelope.surfaces.values()
        if (other["surface_type"], other["outside_boundary_condition"]) == ("Floor", "Outdoors")
        for x, y, z in _corners(other)
        if abs(z - top_m) < 0.01
    ]
    return max(0.0, round(max(reach, default=0.0), 3))


def _inner(row: str, cells: Mapping[str, str], envelope: _Envelope) -> InnerSurface:
    name, fields = envelope.surfaces[row]
    _, other = envelope.surfaces[cells["Adjacent Surface"]]
    return InnerSurface(
        name=name,
        kind=fields["surface_type"],
        other_zone=envelope.zone_names[other["zone_name"].upper()],
        area_m2=float(cells["Net Area"]),
        u_film_w_m2_k=float(cells["U-Factor with Film"]),
        construction=envelope.constructions[cells["Construction"]],
    )


def _window(row: str, cells: Mapping[str, str], envelope: _Envelope) -> WindowData:
    fields = envelope.glass_fields[row]
    heights = [float(fields[f"vertex_{k}_z_coordinate"]) for k in (1, 2, 3, 4)]
    return WindowData(
        name=envelope.glass[row],
        azimuth_deg=float(cells["Azimuth"]),
        tilt_deg=float(cells["Tilt"]),
        area_m2=float(cells["Area of Multiplied Openings"]),
        u_w_m2_k=float(cells["Glass U-Factor"]),
        shgc=float(cells["Glass SHGC"]),
        visible_transmittance=float(cells["Glass Visible Transmittance"]),
        sill_m=min(heights),
        head_m=max(heights),
    )


def _setpoints(zone: str, model: Model) -> tuple[str | None, str | None]:
    for name, thermostat in model["ZoneControl:Thermostat"].items():
        if thermostat["zone_or_zonelist_name"].upper() != zone.upper():
            continue
        kind = thermostat["control_1_object_type"]
        if kind != "ThermostatSetpoint:DualSetpoint":
            raise _unread(name, kind)
        setpoints = model[kind][_spelling(model, kind)[thermostat["control_1_name"].upper()]]
        return (
            _schedule(model, setpoints["heating_setpoint_temperature_schedule_name"]),
            _schedule(model, setpoints["cooling_setpoint_temperature_schedule_name"]),
        )
    return None, None


def _gain(model: Model, name: str, fields: Fields, floor_m2: float, level: str) -> Gain:
    method = fields["design_level_calculation_method"]
    match method:
        case "Watts/Area":
            power_w = float(fields["watts_per_floor_area"]) * floor_m2
        case "EquipmentLevel" | "LightingLevel":
            power_w = float(fields[level])
        case _:
            raise _unread(name, method)
    return Gain(
        power_w=power_w,
        radiant_fraction=fields.get("fraction_radiant", 0.0),
        visible_fraction=fields.get("fraction_visible", 0.0),
        latent_fraction=fields.get("fraction_latent", 0.0),
        lost_fraction=fields.get("fraction_lost", 0.0),
        schedule=_schedule(model, fields["schedule_name"]),
    )


def _people(model: Model, name: str, fields: Fields, floor_m2: float) -> PeopleData:
    method = fields["number_of_people_calculation_method"]
    match method:
        case "Area/Person":
            people = floor_m2 / float(fields["floor_area_per_person"])
        case "People/Area":
            people = floor_m2 * float(fields["people_per_floor_area"])
        case "People":
            people = float(fields["number_of_people"])
        case _:
            raise _unread(name, method)
    return PeopleData(
        people=people,
        radiant_fraction=fields["fraction_radiant"],
        schedule=_schedule(model, fields["number_of_people_schedule_name"]),
        activity_schedule=_schedule(model, fields["activity_level_schedule_name"]),
    )


def _infiltration(
    model: Model, name: str, fields: Fields, volume_m3: float, exterior_m2: float
) -> InfiltrationData:
    method = fields["design_flow_rate_calculation_method"]
    match method:
        case "AirChanges/Hour":
            design_m3_s = float(fields["air_changes_per_hour"]) * volume_m3 / 3600.0
        case "Flow/ExteriorArea":
            design_m3_s = float(fields["flow_rate_per_exterior_surface_area"]) * exterior_m2
        case "Flow/Zone":
            design_m3_s = float(fields["design_flow_rate"])
        case _:
            raise _unread(name, method)
    depends = ("temperature_term", "velocity_term", "velocity_squared_term")
    if any(fields.get(f"{term}_coefficient", 0.0) for term in depends):
        raise _unread(name, "infiltration that depends on wind or temperature")
    constant = float(fields.get("constant_term_coefficient", 1.0))
    return InfiltrationData(design_m3_s * constant, _schedule(model, fields["schedule_name"]))


def _assembly(fields: Fields, model: Model) -> Assembly:
    names = [value for _, value in sorted(fields.items(), key=_layer_order)]
    materials = {
        name.upper(): fields
        for kind in ("Material", "Material:NoMass")
        for name, fields in model.get(kind, {}).items()
    }
    outside, inside = materials[names[0].upper()], materials[names[-1].upper()]
    return Assembly(
        layers=tuple(_layer(name, materials[name.upper()]) for name in names),
        outside_solar_absorptance=outside.get("solar_absorptance", 0.7),
        inside_solar_absorptance=inside.get("solar_absorptance", 0.7),
        outside_emittance=outside.get("thermal_absorptance", 0.9),
        inside_emittance=inside.get("thermal_absorptance", 0.9),
    )


def _layer_order(field: tuple[str, Any]) -> int:
    return 1 if field[0] == "outside_layer" else int(field[0].removeprefix("layer_"))


def _layer(name: str, material: Fields) -> Layer:
    resistance = material.get("thermal_resistance")
    if resistance is not None:
        return Layer(name, float(resistance), 1.0, 0.0, 0.0)
    return Layer(
        name,
        material["thickness"],
        material["conductivity"],
        material["density"],
        material["specific_heat"],
    )


def _ground(model: Model) -> tuple[float, ...]:
    (fields,) = model["Site:GroundTemperature:BuildingSurface"].values()
    return tuple(float(fields[f"{month}_ground_temperature"]) for month in MONTHS)


def _unread(name: str, what: str) -> ConfigError:
    return ConfigError(f"EnergyPlus model: {name}", f"{what} is not read here")
