"""Repeated storeys in a building's file: ``[[plans]]`` and ``[[storeys]]`` into zones.

A plan is one storey's rooms; ``storeys``, lowest first, name the plan that each repeats:

    storeys = [
        { name = "f1", plan = "office", air_handler = "ahu1" },
        { name = "f2", plan = "office", air_handler = "ahu2" },
    ]

    [[plans]]
    name = "office"
    ceiling_height_m = 2.74
    partition_u_w_m2_k = 1.8
    floor_u_w_m2_k = 1.0
    interfaces = [{ between = ["core", "south"], length_m = 20.0, mixing_m3_s = 0.04 }]

    [[plans.zones]]
    names = ["south", "north"]

A plan's zone takes the keys of an ordinary one, and ``names`` in place of ``name`` for rooms that
are alike. Room "south" of storey "f1" becomes zone "f1_south". Its volume is area times ceiling
height. Rooms of one name in storeys upon one another exchange heat through the floor; what lies
under no room of its name has a roof, what lies over one has no slab.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hvac_rl.errors import ConfigError
from sim_buildings.tables import not_negative, positive, read, rows_of, two_names

FROM_PLAN = ("air_handler", "roof_area_m2", "volume_m3")


class Placed(NamedTuple):
    """A table and where in the file it stands."""

    where: str
    table: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """Rooms of a plan side by side."""

    between: tuple[str, str]
    length_m: float = positive()
    mixing_m3_s: float = not_negative()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room of a plan: what the storeys need of it, and its whole table."""

    name: str
    where: str
    table: dict[str, object]
    area_m2: float = positive()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A storey that repeats."""

    name: str
    where: str
    rooms: tuple[Room, ...]
    partitions: tuple[Partition, ...]
    ceiling_height_m: float = positive()
    partition_u_w_m2_k: float = positive()
    floor_u_w_m2_k: float = positive()
    """Air of a room to air of the room above, a m2 of floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storey:
    """One storey: a plan, and the air handler that serves it."""

    name: str
    plan: str
    air_handler: str


def expand(
    table: dict[str, object], file: str, air_handlers: tuple[str, ...]
) -> tuple[list[Placed], list[Placed]]:
    """(zones, interfaces) of the file's storeys as tables, storeys lowest first.

    Takes ``plans`` and ``storeys`` out of ``table``; two empty lists where there are none. Raises
    ConfigError naming the key.
    """
    if "plans" not in table and "storeys" not in table:
        return [], []
    storeys = _storeys(table, file, air_handlers)
    plans = _plans(table, file)
    table.pop("plans")
    table.pop("storeys")
    stack = []
    for k, storey in enumerate(storeys):
        if storey.plan not in plans:
            raise ConfigError(
                f"{file}: storeys[{k}].plan",
                f"there is no plan {storey.plan!r}",
                f"The file has: {', '.join(plans)}",
            )
        stack.append(plans[storey.plan])
    for plan in plans.values():
        if plan not in stack:
            raise ConfigError(f"{file}: {plan.where}.name", f"no storey has plan = {plan.name!r}")
    zones: list[Placed] = []
    interfaces: list[Placed] = []
    for k, storey in enumerate(storeys):
        below = stack[k - 1] if k > 0 else None
        above = stack[k + 1] if k + 1 < len(stack) else None
        zones += _zones(storey, stack[k], below, above, file)
        interfaces += _side_by_side(storey, stack[k])
        if above is not None:
            interfaces += _upon_one_another(storey, stack[k], storeys[k + 1], above)
    return zones, interfaces


def _storeys(
    table: dict[str, object], file: str, air_handlers: tuple[str, ...]
) -> tuple[Storey, ...]:
    storeys: list[Storey] = []
    for k, row in enumerate(rows_of(table, "storeys", file)):
        at = f"{file}: storeys[{k}]"
        storey = read(Storey, row, at)
        if storey.name in [other.name for other in storeys]:
            raise ConfigError(f"{at}.name", f"{storey.name!r} is given twice")
        if storey.air_handler not in air_handlers:
            raise ConfigError(
                f"{at}.air_handler",
                f"there is no air handler {storey.air_handler!r}",
                f"The file has: {', '.join(air_handlers)}",
            )
        storeys.append(storey)
    return tuple(storeys)


def _plans(table: dict[str, object], file: str) -> dict[str, Plan]:
    plans: dict[str, Plan] = {}
    for k, row in enumerate(rows_of(table, "plans", file)):
        where = f"plans[{k}]"
        at = f"{file}: {where}"
        rooms = tuple(
            room
            for r, zone in enumerate(rows_of(row, "zones", at, separator="."))
            for room in _rooms(zone, f"{where}.zones[{r}]", file)
        )
        names = [room.name for room in rooms]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"{at}.zones", f"{name!r} is given twice")
        partitions = tuple(
            _partition(one, names, f"{at}.interfaces[{r}]")
            for r, one in enumerate(rows_of(row, "interfaces", at, separator=".", needed=False))
        )
        rest = {key: value for key, value in row.items() if key not in ("zones", "interfaces")}
        given = {"where": where, "rooms": rooms, "partitions": partitions}
        plan = read(Plan, rest, at, given)
        if plan.name in plans:
            raise ConfigError(f"{at}.name", f"{plan.name!r} is given twice")
        plans[plan.name] = plan
    return plans


def _rooms(zone: dict[str, object], where: str, file: str) -> list[Room]:
    at = f"{file}: {where}"
    for key in FROM_PLAN:
        if key in zone:
            raise ConfigError(f"{at}.{key}", "follows from plan and storey; leave it out")
    names = zone.get("names", [zone["name"]] if "name" in zone else None)
    if (
        not isinstance(names, list)
        or not names
        or ("name" in zone and "names" in zone)
        or not all(isinstance(name, str) and name for name in names)
    ):
        raise ConfigError(f"{at}.name", "give name, or names as a list of texts")
    table = {key: value for key, value in zone.items() if key not in ("name", "names")}
    area = {"area_m2": table["area_m2"]} if "area_m2" in table else {}
    return [read(Room, area, at, {"name": name, "where": where, "table": table}) for name in names]


def _partition(table: dict[str, object], names: list[str], at: str) -> Partition:
    between = two_names(table, at)
    for name in between:
        if name not in names:
            raise ConfigError(f"{at}.between", f"no zone {name!r} in this plan")
    return read(Partition, table, at, {"between": between})


def _zones(
    storey: Storey, plan: Plan, below: Plan | None, above: Plan | None, file: str
) -> list[Placed]:
    under = _areas(below)
    over = _areas(above)
    zones = []
    for room in plan.rooms:
        if room.area_m2 > under.get(room.name, room.area_m2):
            raise ConfigError(
                f"{file}: {room.where}.area_m2", "is larger than the room of its name below"
            )
        table = room.table | {
            "name": f"{storey.name}_{room.name}",
            "air_handler": storey.air_handler,
            "volume_m3": room.area_m2 * plan.ceiling_height_m,
            "roof_area_m2": room.area_m2 - over.get(room.name, 0.0),
        }
        if room.name in under:
            table |= {"slab_edge_m": 0.0, "ground_u_w_m2_k": 0.0}
        zones.append(Placed(room.where, table))
    return zones


def _side_by_side(storey: Storey, plan: Plan) -> list[Placed]:
    return [
        Placed(
            f"{plan.where}.interfaces[{k}]",
            {
                "between": [f"{storey.name}_{name}" for name in one.between],
                "conductance_w_k": plan.partition_u_w_m2_k * one.length_m * plan.ceiling_height_m,
                "mixing_m3_s": one.mixing_m3_s,
            },
        )
        for k, one in enumerate(plan.partitions)
    ]


def _upon_one_another(storey: Storey, plan: Plan, upper: Storey, above: Plan) -> list[Placed]:
    over = _areas(above)
    return [
        Placed(
            f"{above.where}.floor_u_w_m2_k",
            {
                "between": [f"{storey.name}_{room.name}", f"{upper.name}_{room.name}"],
                "conductance_w_k": above.floor_u_w_m2_k * over[room.name],
                "mixing_m3_s": 0.0,
            },
        )
        for room in plan.rooms
        if room.name in over
    ]


def _areas(plan: Plan | None) -> dict[str, float]:
    return {room.name: room.area_m2 for room in plan.rooms} if plan is not None else {}
