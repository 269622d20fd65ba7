"""From the layers of a construction to what our zone knows of it, one rule for all buildings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sim_buildings.reference.bestest_cases import Layer

# ISO 13786:2017, annex C (effective thickness for a period of a day): heat reaches 0.1 m, at most
# half of what lies between two rooms, and no farther than the first insulation.
DEPTH_M = 0.1
# As usual: what conducts less than this insulates.
INSULATION_W_M_K = 0.055


class Inside(NamedTuple):
    """The part of a construction that takes part in a room's day, a m2."""

    capacity_j_m2_k: float
    resistance_m2_k_w: float
    """Between the inner surface and the node that stores the heat."""


def inside(layers: Sequence[Layer], *, shared: bool = False) -> Inside:
    """The inner layers of ``layers`` (outside to inside), up to insulation and 0.1 m deep.

    ``shared``: between two rooms. Under a steady flow of heat q into a wall that is closed behind,
    its surface runs ahead of its mean temperature by q R with R the integral of (c / C)^2 over the
    resistance, c the capacity that lies deeper: a third of the resistance in a single layer. The
    node lies behind this R.
    """
    thick_m = sum(layer.thickness_m for layer in layers if layer.capacity_j_m2_k > 0.0)
    left_m = min(DEPTH_M, thick_m / 2.0) if shared else DEPTH_M
    taken: list[Layer] = []
    for layer in reversed(layers):
        if layer.capacity_j_m2_k == 0.0 and layer.resistance_m2_k_w < 0.5:
            taken.append(layer)  # a covering without storage
            continue
        stored = any(one.capacity_j_m2_k > 0.0 for one in taken)
        if left_m <= 0.0 or (stored and layer.conductivity_w_m_k < INSULATION_W_M_K):
            break
        taken.append(replace(layer, thickness_m=min(layer.thickness_m, left_m)))
        left_m -= taken[-1].thickness_m
    total = sum(layer.capacity_j_m2_k for layer in taken)
    deeper, resistance = 1.0, 0.0
    for layer in taken:
        after = deeper - layer.capacity_j_m2_k / total
        resistance += layer.resistance_m2_k_w * (deeper**2 + deeper * after + after**2) / 3.0
        deeper = after
    return Inside(total, resistance)


def mean_inside(parts: Sequence[tuple[float, Inside]]) -> Inside:
    """Several surfaces (area [m2], inside) side by side as one."""
    area = sum(one for one, _ in parts)
    if not area:
        return Inside(0.0, 0.0)
    stored = sum(one * part.capacity_j_m2_k for one, part in parts)
    # What stores more counts more.
    resistance = sum(one * part.capacity_j_m2_k * part.resistance_m2_k_w for one, part in parts)
    return Inside(stored / area, resistance / stored)


def u_value(layers: Sequence[Layer], inner_film: float, outer_film: float) -> float:
    """Air to air [W/(m2 K)]."""
    between = sum(layer.resistance_m2_k_w for layer in layers)
    return 1.0 / (1.0 / inner_film + between + 1.0 / outer_film)
