"""Walls, windows and floors of a model: what is needed to know which way a zone looks.

Object types: ``BuildingSurface:Detailed`` and ``FenestrationSurface:Detailed``, with ``Window`` on
such surfaces; simpler ones (``Wall:Exterior``) are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot

from sim_buildings.energyplus.objects import Fields, Model, same

Point = tuple[float, float, float]

WINDOW_KINDS = ("FenestrationSurface:Detailed", "Window")


@dataclass(frozen=True, slots=True)
class Wall:
    """An outer wall of a zone with its windows."""

    name: str
    zone: str
    azimuth_deg: float
    """Clockwise from north, of the outward normal."""
    area_m2: float
    windows: tuple[str, ...]
    window_m2: float


def outer_walls(model: Model) -> list[Wall]:
    """Every wall that meets outdoor air."""
    windows: dict[str, list[tuple[str, float]]] = {}
    for kind, name, fields in model.of(*WINDOW_KINDS):
        if kind == "FenestrationSurface:Detailed":
            # Nobody shades a door, glazed or not.
            if not same(fields.get("surface_type"), "Window"):
                continue
            area = hypot(*_normal(_numbered(fields))) / 2.0
        else:
            area = float(fields.get("length", 0.0)) * float(fields.get("height", 0.0))
        wall = str(fields.get("building_surface_name", "")).casefold()
        area *= float(fields.get("multiplier", 1.0))
        windows.setdefault(wall, []).append((name, area))
    walls = []
    for _, name, fields in model.of("BuildingSurface:Detailed"):
        if not same(fields.get("surface_type"), "Wall"):
            continue
        if not same(fields.get("outside_boundary_condition"), "Outdoors"):
            continue
        normal = _outward(model, fields)
        glass = windows.get(name.casefold(), [])
        walls.append(
            Wall(
                name,
                str(fields.get("zone_name", "")),
                _azimuth(model, fields, normal),
                hypot(*normal) / 2.0,
                tuple(window for window, _ in glass),
                sum(area for _, area in glass),
            )
        )
    return walls


def floor_centre(model: Model, zone: str) -> Point | None:
    """The middle of a zone's largest floor, in the frame of its vertices; None without a floor."""
    best: list[Point] = []
    largest = 0.0
    for _, _, fields in model.of("BuildingSurface:Detailed"):
        if same(fields.get("zone_name"), zone) and same(fields.get("surface_type"), "Floor"):
            points = _vertices(fields)
            area = hypot(*_normal(points)) / 2.0
            if area > largest:
                best, largest = points, area
    if not best:
        return None
    return _centroid(best)


def _vertices(fields: Fields) -> list[Point]:
    return [
        (
            float(v["vertex_x_coordinate"]),
            float(v["vertex_y_coordinate"]),
            float(v["vertex_z_coordinate"]),
        )
        for v in fields.get("vertices", [])
    ]


def _numbered(fields: Fields) -> list[Point]:
    """Vertices of a window: numbered fields."""
    return [
        (
            float(fields[f"vertex_{k}_x_coordinate"]),
            float(fields[f"vertex_{k}_y_coordinate"]),
            float(fields[f"vertex_{k}_z_coordinate"]),
        )
        for k in range(1, 5)
        if f"vertex_{k}_x_coordinate" in fields
    ]


def _normal(points: list[Point]) -> Point:
    """Newell's normal: its length is twice the area."""
    x = y = z = 0.0
    for (ax, ay, az), (bx, by, bz) in zip(points, points[1:] + points[:1], strict=True):
        x += (ay - by) * (az + bz)
        y += (az - bz) * (ax + bx)
        z += (ax - bx) * (ay + by)
    return x, y, z


def _outward(model: Model, fields: Fields) -> Point:
    x, y, z = _normal(_vertices(fields))
    if same(model.one("GlobalGeometryRules").get("vertex_entry_direction"), "Clockwise"):
        return -x, -y, -z
    return x, y, z


def _azimuth(model: Model, fields: Fields, normal: Point) -> float:
    """Of the outward normal, turned with zone and building where coordinates are relative."""
    turned = 0.0
    if same(model.one("GlobalGeometryRules").get("coordinate_system"), "Relative"):
        zone = model.find("Zone", str(fields.get("zone_name", ""))) or {}
        turned = float(zone.get("direction_of_relative_north") or 0.0)
        turned += float(model.one("Building").get("north_axis") or 0.0)
    # Rounded: a thousandth of a degree is noise of the coordinates.
    return round((degrees(atan2(normal[0], normal[1])) + turned) % 360.0, 3) % 360.0


def _centroid(points: list[Point]) -> Point:
    """Of a polygon that lies flat."""
    area = x = y = 0.0
    for (ax, ay, _), (bx, by, _) in zip(points, points[1:] + points[:1], strict=True):
        cross = ax * by - bx * ay
        area += cross
        x += (ax + bx) * cross
        y += (ay + by) * cross
    return x / (3.0 * area), y / (3.0 * area), points[0][2]
