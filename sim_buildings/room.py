"""What a zone's surfaces exchange with one another, its air and its windows' outer side.

Each inner surface meets the air by convection and the others by radiation. The radiation goes
through a star: one node that stores nothing and that each surface sees with

    K_i = A_i h_r / (1 - A_i / sum A)

so that two surfaces alone exchange what parallel plates do (mean radiant temperature network:
Carroll 1980, An "MRT method" of computing radiant energy exchange in rooms; areas in place of his
iterated view factors); glass radiates by its lower emittance. Inner surfaces, windows' inner sides
and the star store nothing, so they are eliminated once (Kron reduction, the Schur complement of the
network's Laplacian): what is left are conductances between air, envelope, mass and outdoors, and
the shares in which heat that falls on the surfaces comes to each of them.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.building_parts import Zone
from sim_buildings.outer_films import GLASS_EMITTANCE
from sim_buildings.thermal import (
    CONVECTION_K,
    CONVECTION_RISE_W_M2_K,
    EMITTANCE,
    FREE_CONVECTION,
    LAYERED_CONVECTION,
    RADIANT_FILM_W_M2_K,
    TYPICAL_CONVECTION,
    WINDOW_FILM_M2_K_W,
)

Floats = NDArray[np.float64]

# A resistance that is none, for surfaces that are where their heat is stored [m2 K/W].
_CONTACT_M2_K_W = 1e-6
# What the room's air and radiation warm within an hour follows them (assumed).
FOLLOWS_S = 3600.0

AIR, ENVELOPE, MASS, OUTDOOR, ABOVE, WALL, ROOF, FLOOR, NEUTRAL, GLASS, STAR = range(11)
_KEPT = (AIR, ENVELOPE, MASS, OUTDOOR, ABOVE)
_SURFACES = (WALL, ROOF, FLOOR, NEUTRAL, GLASS)


class Shares(NamedTuple):
    """Where heat ends up; what is missing to 1 leaves through the windows."""

    air: float
    envelope: float
    mass: float


class Convective(NamedTuple):
    """A conductance to the air [W/K]: ``still`` + ``rise`` |s| + ``lean`` s, s as in thermal.py."""

    still: float
    rise: float
    lean: float


class Room(NamedTuple):
    """Conductances [W/K] between what stores heat, and the shares of sun and radiant gains."""

    envelope_air: Convective
    mass_air: Convective
    envelope_mass: float
    window_air: float
    window_envelope: float
    window_mass: float
    roof_air: float
    """To the sol-air temperature above a roof that is no part of the envelope; else 0."""
    roof_envelope: float
    roof_mass: float
    roof_follows: Shares
    """How such a roof's inner surface follows air, envelope and mass."""
    partitions_follow: Shares
    """How light partitions and ceilings follow them."""
    envelope_surface: float
    """Difference of the envelope's inner surface to the air, over that of its node."""
    mass_surface: float
    """The same of the floor."""
    sun: Shares
    sun_rise: Shares
    """Change of ``sun`` with |s| of the floor."""
    radiant: Shares


class _Network(NamedTuple):
    envelope_air: float
    mass_air: float
    envelope_mass: float
    window_air: float
    window_envelope: float
    window_mass: float
    roof_air: float
    roof_envelope: float
    roof_mass: float
    roof_follows: Shares
    partitions_follow: Shares
    envelope_surface: float
    mass_surface: float
    sun: Shares
    radiant: Shares


def room(zone: Zone) -> Room:
    """The reduced network of ``zone``.

    Natural convection changes what is most sensitive to it, linear in |s| from none to surfaces
    that are 18 K warmer or colder than the air. The rest stays as at 2.5 K, where the zone's film
    holds.
    """
    film = zone.inner_film_w_m2_k - RADIANT_FILM_W_M2_K
    base = max(film - CONVECTION_RISE_W_M2_K * TYPICAL_CONVECTION, 0.1)
    strong_s = 18.0 / (18.0 + CONVECTION_K)
    gain = CONVECTION_RISE_W_M2_K * strong_s

    def at(floor: float, ceiling: float) -> _Network:
        upright = base + gain
        return _network(
            zone,
            {WALL: upright, NEUTRAL: upright, GLASS: film}
            | {FLOOR: base + gain * floor, ROOF: base + gain * ceiling},
        )

    still = _network(zone, {WALL: base, NEUTRAL: base, GLASS: film, FLOOR: base, ROOF: base})
    typical = _network(zone, dict.fromkeys(_SURFACES, film))
    warm = at(FREE_CONVECTION, LAYERED_CONVECTION)
    cold = at(LAYERED_CONVECTION, FREE_CONVECTION)

    def between(at_rest: float, when_warm: float, when_cold: float) -> Convective:
        up, down = (when_warm - at_rest) / strong_s, (when_cold - at_rest) / strong_s
        return Convective(at_rest, (up + down) / 2.0, (up - down) / 2.0)

    return Room(
        between(still.envelope_air, warm.envelope_air, cold.envelope_air),
        between(still.mass_air, warm.mass_air, cold.mass_air),
        typical.envelope_mass,
        typical.window_air,
        typical.window_envelope,
        typical.window_mass,
        typical.roof_air,
        typical.roof_envelope,
        typical.roof_mass,
        typical.roof_follows,
        typical.partitions_follow,
        typical.envelope_surface,
        typical.mass_surface,
        still.sun,
        Shares(*((b - a) / strong_s for a, b in zip(still.sun, warm.sun, strict=True))),
        typical.radiant,
    )


def _network(zone: Zone, convective: dict[int, float]) -> _Network:
    """The network for these convective films [W/(m2 K)] of the surfaces."""
    areas = surface_areas_m2(zone)
    network = np.zeros((11, 11))

    def join(a: int, b: int, w_per_k: float) -> None:
        network[a, b] -= w_per_k
        network[b, a] -= w_per_k
        network[a, a] += w_per_k
        network[b, b] += w_per_k

    total_m2 = sum(areas.values())
    for surface, area_m2 in areas.items():
        join(surface, AIR, convective[surface] * area_m2)
        if area_m2 < total_m2:
            share = GLASS_EMITTANCE / EMITTANCE if surface == GLASS else 1.0
            join(surface, STAR, share * RADIANT_FILM_W_M2_K * area_m2 / (1.0 - area_m2 / total_m2))
    behind = {WALL: (ENVELOPE, zone.wall_inside_m2_k_w), FLOOR: (MASS, covering_m2_k_w(zone))}
    if has_light_roof(zone):
        join(ROOF, ABOVE, beyond_w_per_k(zone.roof_u_w_m2_k, zone.roof_area_m2, zone))
    else:
        behind[ROOF] = (ENVELOPE, zone.roof_inside_m2_k_w)
    for surface, (node, resistance) in behind.items():
        if surface in areas:
            join(surface, node, areas[surface] / max(resistance, _CONTACT_M2_K_W))
    if GLASS in areas:
        glass_m2 = areas[GLASS]
        join(GLASS, OUTDOOR, beyond_w_per_k(1.0 / window_m2_k_w(zone), glass_m2, zone))
    gone = [node for node in (*_SURFACES, STAR) if network[node, node] > 0.0]
    kept = list(_KEPT)
    inner = network[np.ix_(gone, gone)]
    across = network[np.ix_(kept, gone)]
    left = network[np.ix_(kept, kept)] - across @ np.linalg.solve(inner, across.T)
    carried = -across @ np.linalg.inv(inner)

    def shares(on_surfaces: dict[int, float], to_air: float) -> Shares:
        falls = np.array([on_surfaces.get(node, 0.0) for node in gone])
        to = carried @ falls
        return Shares(to_air + float(to[AIR]), float(to[ENVELOPE]), float(to[MASS]))

    enclosing = [WALL] if has_light_roof(zone) else [WALL, ROOF]
    enclosing_m2 = sum(areas.get(node, 0.0) for node in enclosing)
    on_envelope = {n: areas[n] / enclosing_m2 for n in enclosing if n in areas}
    return _Network(
        envelope_air=-float(left[ENVELOPE, AIR]),
        mass_air=-float(left[MASS, AIR]),
        envelope_mass=-float(left[ENVELOPE, MASS]),
        window_air=-float(left[OUTDOOR, AIR]),
        window_envelope=-float(left[OUTDOOR, ENVELOPE]),
        window_mass=-float(left[OUTDOOR, MASS]),
        roof_air=-float(left[ABOVE, AIR]),
        roof_envelope=-float(left[ABOVE, ENVELOPE]),
        roof_mass=-float(left[ABOVE, MASS]),
        roof_follows=shares({ROOF: 1.0}, 0.0),
        partitions_follow=shares({NEUTRAL: 1.0}, 0.0),
        # What flows from a surface to a node is how the surface follows the node (reciprocity).
        envelope_surface=shares(on_envelope, 0.0).envelope,
        mass_surface=shares({FLOOR: 1.0}, 0.0).mass,
        sun=shares(_sun_on(zone, areas), zone.solar_to_air),
        radiant=shares({node: area / total_m2 for node, area in areas.items()}, 0.0),
    )


def surface_areas_m2(zone: Zone) -> dict[int, float]:
    """Inner surfaces of a zone [m2]; those it does not have are missing.

    Partitions and ceilings to other rooms ("neutral": nobody's heat passes through them) make the
    surfaces up to those of a square room of the zone's floor and height.
    """
    floor_m2 = zone.area_m2 * _mass_surface(zone)
    height_m = zone.volume_m3 / zone.area_m2
    square_m2 = zone.area_m2 + 4.0 * sqrt(zone.area_m2) * height_m
    outer_m2 = zone.wall_area_m2 + zone.roof_area_m2 + zone.window_area_m2
    areas = {
        WALL: zone.wall_area_m2,
        ROOF: zone.roof_area_m2,
        FLOOR: floor_m2,
        NEUTRAL: max(square_m2 - outer_m2, 0.0),
        GLASS: zone.window_area_m2,
    }
    return {node: area for node, area in areas.items() if area > 0.0}


def has_light_roof(zone: Zone) -> bool:
    """Whether the roof's inner layers follow the room while the walls store heat for longer.

    One node for both would make concrete of the roof's board, or board of the walls' concrete.
    """
    follows_j_m2_k = zone.inner_film_w_m2_k * FOLLOWS_S
    return (
        zone.roof_area_m2 > 0.0
        and zone.wall_area_m2 > 0.0
        and zone.roof_capacity_j_k_m2 < follows_j_m2_k < zone.wall_capacity_j_k_m2
    )


def eliminated_j_per_k(zone: Zone, room: Room) -> Shares:
    """Heat [J/K] that surfaces without a node of their own store: a light roof, light partitions.

    Static condensation (Guyan 1965, Reduction of stiffness and mass matrices): such a surface's
    temperature is a sum of shares of the nodes' temperatures, so its store comes to each of them by
    its share. Lumped: the nodes are taken to move together.
    """
    air = envelope = mass = 0.0
    roof = zone.roof_capacity_j_k_m2 * zone.roof_area_m2 if has_light_roof(zone) else 0.0
    partitions = zone.partition_capacity_j_k_m2 * zone.area_m2
    for follows, j_per_k in ((room.roof_follows, roof), (room.partitions_follow, partitions)):
        if not sum(follows):  # no such surface in the network: it hangs in the air
            follows = Shares(1.0, 0.0, 0.0)
        together = sum(follows)
        air += follows.air * together * j_per_k
        envelope += follows.envelope * together * j_per_k
        mass += follows.mass * together * j_per_k
    return Shares(air, envelope, mass)


def covering_m2_k_w(zone: Zone) -> float:
    """Resistance between the mass's surface and where it stores heat, a m2 of that surface."""
    surface = _mass_surface(zone)
    return max(surface / zone.mass_film_w_m2_k - 1.0 / zone.inner_film_w_m2_k, 0.0)


def _mass_surface(zone: Zone) -> float:
    return zone.mass_surface or max(1.0, zone.mass_film_w_m2_k / zone.inner_film_w_m2_k)


def window_m2_k_w(zone: Zone) -> float:
    """Resistance of the windows, air to air, with the film thermal.WINDOW_FILM_M2_K_W outside."""
    return 1.0 / zone.window_u_w_m2_k - 1.0 / zone.window_outer_film_w_m2_k + WINDOW_FILM_M2_K_W


def beyond_w_per_k(
    u_w_m2_k: float, area_m2: float, zone: Zone, inside_m2_k_w: float = 0.0
) -> float:
    """Conductance from an element's inner surface, or from ``inside_m2_k_w`` behind it, outwards.

    With what lies before it and the film in series the element keeps its U-value.
    """
    if area_m2 == 0.0:
        return 0.0
    return area_m2 / (1.0 / u_w_m2_k - 1.0 / zone.inner_film_w_m2_k - inside_m2_k_w)


def _sun_on(zone: Zone, areas: dict[int, float]) -> dict[int, float]:
    """Share of the sun's heat on each surface.

    ``radiation_to_mass`` falls on the floor, the rest on the other surfaces by area. Of what they
    reflect, some leaves through the glass: spread evenly, each surface takes it by area times
    absorptance, as EnergyPlus distributes it (Engineering Reference, interior solar radiation).
    """
    falls = 1.0 - zone.solar_to_air
    others = {node: area for node, area in areas.items() if node not in (FLOOR, GLASS)}
    others_m2 = sum(others.values())
    to_floor = zone.radiation_to_mass if others else 1.0
    glass_m2 = areas.get(GLASS, 0.0)
    opaque_m2 = others_m2 + areas[FLOOR]
    passes = zone.window_shgc * falls * zone.diffuse_gain
    taken_m2 = zone.inner_absorptance * opaque_m2 + glass_m2
    lost = (1.0 - zone.inner_absorptance) * glass_m2 * passes / taken_m2
    stays = falls * (1.0 - lost)
    sun = {node: stays * (1.0 - to_floor) * area / others_m2 for node, area in others.items()}
    return {FLOOR: stays * to_floor, **sun}
