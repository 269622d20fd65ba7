"""Buildings as tables for people to read: the catalogue, and one building's data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isnan

from rich.table import Table

from sim_buildings.building import AirHandler, Building, Facade, Zone, catalogue, load_building
from sim_buildings.show_plan import SIDES, rooms_of, side_of, storeys_of

MACHINES = {
    "air_source_heat_pump": "air-source heat pump",
    "hydronic_heat_pump": "hydronic heat pump",
    "rooftop_dx": "rooftop unit",
    "water_cooled_chiller": "water-cooled chiller",
}
DAYS = {"workdays": "workdays", "six_days": "Monday to Saturday", "every_day": "every day"}
LITERS_PER_M3 = 1000.0


def catalogue_table() -> Table:
    """One row a building of the catalogue."""
    table = _table("The catalogue", "name", "building", "zones", "area m²", "air handlers", "plant")
    table.add_column("use")
    for name in catalogue():
        building = load_building(name)
        table.add_row(
            name,
            building.title,
            f"{len(building.zones)}",
            f"{building.area_m2:,.0f}",
            air_handlers_text(building),
            plant_text(building),
            ", ".join(dict.fromkeys(zone.use for zone in building.zones)),
        )
    return table


def air_handlers_text(building: Building) -> str:
    """How many air handlers, and what fans they have."""
    fans = dict.fromkeys(_words(handler.fan) for handler in building.air_handlers)
    return f"{len(building.air_handlers)} {' and '.join(fans)}"


def plant_text(building: Building) -> str:
    """What makes heat and cold."""
    plant = building.plant
    heating = machine(plant.heating) if plant.heating_capacity_w else "no heating"
    cooling = machine(plant.cooling) if plant.cooling_capacity_w else "no cooling"
    return heating if heating == cooling else f"{heating}, {cooling}"


def machine(kind: str) -> str:
    """A kind of machine in words."""
    return MACHINES.get(kind, _words(kind))


def building_tables(building: Building) -> list[Table]:
    """Everything that a reader of the file would look for, in the file's order."""
    return [
        _general(building),
        _zones(building),
        _envelope(building),
        _facades(building),
        _gains(building),
        _air_handlers(building),
        _plant(building),
        _schedule(building),
    ]


def _general(building: Building) -> Table:
    table = _table(building.title, "", "")
    table.show_header = False
    facades = [facade for zone in building.zones for facade in zone.facades]
    storeys = storeys_of(building)
    table.add_row("area", f"{building.area_m2:,.0f} m²")
    table.add_row("air volume", f"{sum(zone.volume_m3 for zone in building.zones):,.0f} m³")
    table.add_row(
        "zones", f"{len(building.zones)}" + (f" in {storeys} storeys" if storeys > 1 else "")
    )
    table.add_row("facade", f"{sum(f.wall_area_m2 + f.window_area_m2 for f in facades):,.0f} m²")
    table.add_row("windows", f"{glass_share(facades):.1%} of the facade")
    table.add_row("people at most", f"{sum(z.design_people for z in building.zones):,.0f}")
    where = building.holidays_country, building.holidays_subdivision
    table.add_row("holidays of", ", ".join(where))
    return table


def glass_share(facades: Sequence[Facade]) -> float:
    """Window over facade area; 0 without a facade."""
    glass = sum(facade.window_area_m2 for facade in facades)
    whole = glass + sum(facade.wall_area_m2 for facade in facades)
    return glass / whole if whole else 0.0


def _zones(building: Building) -> Table:
    """One row a room; rooms of storeys that are alike share one."""
    storeys = storeys_of(building)
    title = "Zones" + (f" of each of {storeys} storeys" if storeys > 1 else "")
    table = _table(
        title, "zone", "use", "side", "area m²", "height m", "glass m²", "people", "air l/s",
        "least l/s", "heating W/m²",
    )  # fmt: skip
    for room in rooms_of(building):
        zone = building.zones[room.members[0]]
        side = side_of(zone.azimuth_deg)
        table.add_row(
            room.name,
            zone.use,
            side if isnan(zone.azimuth_deg) else f"{side} ({zone.azimuth_deg:.0f}°)",
            f"{zone.area_m2:,.1f}",
            f"{zone.volume_m3 / zone.area_m2:.2f}",
            f"{zone.window_area_m2:.1f}" if zone.facades else "–",
            f"{zone.design_people:.1f}",
            f"{LITERS_PER_M3 * zone.airflow_max_m3_s:.0f}",
            f"{LITERS_PER_M3 * zone.airflow_min_m3_s:.0f}",
            f"{zone.reheat_capacity_w / zone.area_m2:.0f}"
            + (" (floor)" if zone.floor_heating else ""),
        )
    return table


def _envelope(building: Building) -> Table:
    table = _table("Envelope", "part", "value", "area m²")
    zones = building.zones
    walls = [zone for zone in zones if zone.wall_area_m2]
    roofs = [zone for zone in zones if zone.roof_area_m2]
    glass = [zone for zone in zones if zone.window_area_m2]
    grounds = [zone for zone in zones if zone.ground_u_w_m2_k]
    edges = [zone for zone in zones if zone.slab_edge_m and zone.slab_edge_w_m_k]

    def row(part: str, of: Iterable[Zone], key: str, unit: str, area: str = "") -> None:
        values = [getattr(zone, key) for zone in of]
        if values:
            whole = f"{sum(getattr(zone, area) for zone in of):,.0f}" if area else ""
            table.add_row(part, f"{_range(values)} {unit}", whole)

    row("outer wall, U", walls, "wall_u_w_m2_k", "W/(m² K)", "wall_area_m2")
    row("roof, U", roofs, "roof_u_w_m2_k", "W/(m² K)", "roof_area_m2")
    row("window, U", glass, "window_u_w_m2_k", "W/(m² K)", "window_area_m2")
    row("window, SHGC", glass, "window_shgc", "")
    row("window, visible transmittance", glass, "window_visible", "")
    row("floor to the ground, U", grounds, "ground_u_w_m2_k", "W/(m² K)", "area_m2")
    row("slab edge, F", edges, "slab_edge_w_m_k", "W/(m K)")
    row("infiltration, design", walls, "infiltration_m3_s_m2", "m³/(s m²) of facade")
    row("floor and furniture, heat capacity", zones, "mass_capacity_j_k_m2", "J/(m² K)")
    with_blinds = sum(zone.blinds for zone in glass)
    table.add_row("zones with blinds", f"{with_blinds} of {len(glass)} with glass", "")
    return table


def _facades(building: Building) -> Table:
    table = _table("Window over facade area", "side", "facade m²", "glass m²", "glass %")
    for side in SIDES:
        facades = [
            facade
            for zone in building.zones
            for facade in zone.facades
            if side_of(facade.azimuth_deg) == side
        ]
        if facades:
            glass = sum(facade.window_area_m2 for facade in facades)
            whole = glass + sum(facade.wall_area_m2 for facade in facades)
            table.add_row(side, f"{whole:,.0f}", f"{glass:,.0f}", f"{100.0 * glass / whole:.1f}")
    return table


def _gains(building: Building) -> Table:
    """One row a use: what zones of it have."""
    table = _table(
        "Gains", "use", "zones", "area m²", "m² a person", "sensible W", "latent W", "lights W/m²",
        "full light lx", "equipment W/m²", "of it always",
    )  # fmt: skip
    for use in dict.fromkeys(zone.use for zone in building.zones):
        zones = [zone for zone in building.zones if zone.use == use]

        def values(key: str, of: Sequence[Zone] = zones) -> str:
            return _range([getattr(zone, key) for zone in of])

        table.add_row(
            use, f"{len(zones)}", f"{sum(zone.area_m2 for zone in zones):,.0f}",
            values("area_per_person_m2"), values("person_sensible_w"), values("person_latent_w"),
            values("lights_w_m2"), values("full_light_lux"), values("equipment_w_m2"),
            values("equipment_base"),
        )  # fmt: skip
    return table


def _air_handlers(building: Building) -> Table:
    table = _table(
        "Air handlers", "name", "zones", "fan", "air m³/s", "outdoor m³/s", "pressure Pa",
        "fan W/(m³/s)", "coil kW", "economiser", "heat recovery",
    )  # fmt: skip
    # One row for those that are alike.
    alike: dict[tuple[str, ...], list[str]] = {}
    for handler in building.air_handlers:
        alike.setdefault(_air_handler(building, handler), []).append(handler.name)
    for row, names in alike.items():
        table.add_row(", ".join(names) if len(names) < 4 else f"{names[0]} … {names[-1]}", *row)
    return table


def _air_handler(building: Building, handler: AirHandler) -> tuple[str, ...]:
    pressure_pa = handler.design_static_pressure_pa + handler.internal_pressure_pa
    unlimited = handler.cooling_coil_w >= building.plant.cooling_capacity_w
    return (
        f"{len(building.served_by(handler))}",
        _words(handler.fan),
        f"{building.design_airflow_m3_s(handler):.2f}",
        f"{building.design_outdoor_air_m3_s(handler):.2f}",
        f"{pressure_pa:.0f}",
        f"{pressure_pa / handler.fan_efficiency:.0f}",
        "as the plant" if unlimited else f"{handler.cooling_coil_w / 1000.0:.0f}",
        "yes" if handler.economiser else "no",
        f"{handler.heat_recovery:.0%}" if handler.heat_recovery else "no",
    )


def _plant(building: Building) -> Table:
    plant = building.plant
    table = _table("Plant", "for", "machine", "capacity kW", "W/m²", "COP or efficiency")
    for what, kind, capacity_w, cop in (
        ("heating", plant.heating, plant.heating_capacity_w, plant.heating_cop),
        ("cooling", plant.cooling, plant.cooling_capacity_w, plant.cooling_cop),
    ):
        if capacity_w == 0.0:
            table.add_row(what, "none", "–", "–", "–")
            continue
        a_m2 = f"{capacity_w / building.area_m2:.0f}"
        table.add_row(what, machine(kind), f"{capacity_w / 1000.0:,.0f}", a_m2, f"{cop:.2f}")
    if plant.pump_w:
        table.add_row("pumps", "electric power at design load", f"{plant.pump_w / 1000.0:g}", "")
    return table


def _schedule(building: Building) -> Table:
    bms, schedule = building.bms, building.schedule
    table = _table("Schedule of the BMS", "", "hours", "heating °C", "cooling °C")
    days = DAYS[schedule.days]
    table.add_row("people expected", f"{_clock(schedule.start_h, schedule.end_h)}, {days}")
    table.add_row(
        "occupied", _clock(bms.occupied_start_h, bms.occupied_end_h),
        f"{bms.occupied_heating_c:g}", f"{bms.occupied_cooling_c:g}",
    )  # fmt: skip
    table.add_row("setback", "else", f"{bms.setback_heating_c:g}", f"{bms.setback_cooling_c:g}")
    lights = f"{_clock(bms.lights_start_h, bms.lights_end_h)}, else {bms.lights_off_level:.0%}"
    table.add_row("lights", lights)
    table.add_row(
        "supply air", f"{bms.supply_air_c:g} °C, {bms.warm_up_supply_air_c:g} °C warming up"
    )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="")
    numbers = ("m²", "m³", "°C", "W", "kW", "lx", "l/s", "Pa", "%", "people", "zones", "COP")
    for column in columns:
        is_number = any(word in column.split() or word == column for word in numbers)
        is_number = is_number or column.endswith(("W/m²", "m²", "m³/s", "W/(m³/s)", "efficiency"))
        table.add_column(column, justify="right" if is_number else "left")
    return table


def _range(values: Iterable[float]) -> str:
    known = sorted(set(values))
    if len(known) == 1:
        return f"{known[0]:g}"
    return f"{known[0]:g}–{known[-1]:g}"


def _clock(start_h: float, end_h: float) -> str:
    def text(hours: float) -> str:
        return f"{int(hours):02d}:{round(60.0 * (hours % 1.0)):02d}"

    return "all day" if (start_h, end_h) == (0.0, 24.0) else f"{text(start_h)}–{text(end_h)}"


def _words(name: str) -> str:
    return name.replace("_", " ")
