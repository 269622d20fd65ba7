"""A schematic floor plan of a building whose file says areas and facades but no coordinates.

Zones lie along the side that their main facade faces, those without a facade inside; areas are to
scale, shapes are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, sqrt

from sim_buildings.building import Building

ASPECT = 1.5
"""Width over depth of the drawing; assumed."""
SIDES = ("north", "east", "south", "west")
INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Tile:
    """A zone's rectangle, x to the east and y to the north [m]."""

    name: str
    members: tuple[int, ...]
    """The zones that it stands for: one, or those of storeys that are alike."""
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Room:
    """What becomes a tile."""

    name: str
    members: tuple[int, ...]
    side: str
    area_m2: float


def side_of(azimuth_deg: float) -> str:
    """The side that an azimuth is nearest to; INSIDE for NaN."""
    if isnan(azimuth_deg):
        return INSIDE
    return SIDES[int((azimuth_deg + 45.0) % 360.0 // 90.0)]


def storeys_of(building: Building) -> int:
    """How many storeys with rooms of the same names the building repeats; 1 without storeys."""
    rooms: dict[str, list[str]] = {}
    for zone in building.zones:
        storey, cut, room = zone.name.partition("_")
        if not cut:
            return 1
        rooms.setdefault(storey, []).append(room)
    first, *others = rooms.values()
    return len(rooms) if all(other == first for other in others) else 1


def rooms_of(building: Building) -> list[Room]:
    """The zones of one storey; each room has the members of all storeys that are alike."""
    storeys = storeys_of(building)
    zones = building.zones
    a_storey = len(zones) // storeys
    rooms = []
    for k, zone in enumerate(zones[:a_storey]):
        name = zone.name.partition("_")[2] if storeys > 1 else zone.name
        members = tuple(range(k, len(zones), a_storey))
        rooms.append(Room(name, members, side_of(zone.azimuth_deg), zone.area_m2))
    return rooms


def plan_of(building: Building) -> list[Tile]:
    """The tiles of the building's storey, without gaps or overlaps, areas to scale."""
    rooms = rooms_of(building)
    area = sum(room.area_m2 for room in rooms)
    width = sqrt(ASPECT * area)
    depth = area / width
    by_side = {side: [r for r in rooms if r.side == side] for side in (*SIDES, INSIDE)}
    strips = {side: sum(r.area_m2 for r in by_side[side]) / width for side in ("north", "south")}
    middle = depth - strips["north"] - strips["south"]
    tiles = _in_a_row(by_side["south"], 0.0, 0.0, width, strips["south"])
    tiles += _in_a_row(by_side["north"], 0.0, depth - strips["north"], width, strips["north"])
    if middle < 1e-9 * depth:
        return tiles
    west, east, inside = (
        sum(room.area_m2 for room in by_side[side]) / middle for side in ("west", "east", INSIDE)
    )
    tiles += _in_a_column(by_side["west"], 0.0, strips["south"], west, middle)
    tiles += _in_a_column(by_side["east"], width - east, strips["south"], east, middle)
    rooms = sorted(by_side[INSIDE], key=lambda room: -room.area_m2)
    return tiles + _filled(rooms, west, strips["south"], inside, middle)


def _in_a_row(rooms: Sequence[Room], x: float, y: float, width: float, height: float) -> list[Tile]:
    """Side by side, from west to east as the file has them."""
    area = sum(room.area_m2 for room in rooms)
    tiles = []
    for room in rooms:
        own = width * room.area_m2 / area
        tiles.append(Tile(room.name, room.members, x, y, own, height))
        x += own
    return tiles


def _in_a_column(
    rooms: Sequence[Room], x: float, y: float, width: float, height: float
) -> list[Tile]:
    """One upon the other, from south to north as the file has them."""
    area = sum(room.area_m2 for room in rooms)
    tiles = []
    for room in rooms:
        own = height * room.area_m2 / area
        tiles.append(Tile(room.name, room.members, x, y, width, own))
        y += own
    return tiles


def _filled(rooms: Sequence[Room], x: float, y: float, width: float, height: float) -> list[Tile]:
    """Halved again and again along the longer edge, as near to equal areas as can be."""
    if len(rooms) <= 1:
        return [Tile(room.name, room.members, x, y, width, height) for room in rooms]
    area = sum(room.area_m2 for room in rooms)
    sums = [sum(room.area_m2 for room in rooms[:k]) for k in range(1, len(rooms))]
    cut = min(range(len(sums)), key=lambda k: abs(sums[k] - 0.5 * area))
    share, first, rest = sums[cut] / area, rooms[: cut + 1], rooms[cut + 1 :]
    if width >= height:
        return _filled(first, x, y, share * width, height) + _filled(
            rest, x + share * width, y, (1.0 - share) * width, height
        )
    return _filled(first, x, y, width, share * height) + _filled(
        rest, x, y + share * height, width, (1.0 - share) * height
    )
