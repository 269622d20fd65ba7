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
SECONDS_PER_HOUR = 3600.0


class Inside(NamedTuple):
    """The part of a construction that takes part in a room's day, a m2."""

    capacity_j_m2_k: float
    resistance_m2_k_w: float
    """Between the inner surface and the node that stores the heat."""


def store(layers: Sequence[Layer], outer_film: float) -> Inside:
    """Where an outer construction (outside to inside) stores most of its heat.

    Insulation parts it into blocks. A zone's wall is one node: it stands for the heaviest block,
    behind all that lies inside of it. The innermost block counts as :func:`inside` has it; another
    is a node in its middle, and counts only if outdoors, through ``outer_film`` [W/(m2 K)], takes
    more than an hour to change its temperature. Insulation may be the heaviest itself: a node in
    its middle as well.
    """
    blocks: list[list[Layer]] = [[]]
    for layer in layers:
        if _insulates(layer):
            blocks.append([])
        else:
            blocks[-1].append(layer)
    heaviest = max(blocks, key=lambda block: sum(one.capacity_j_m2_k for one in block))
    inner = inside(layers)
    capacity = sum(layer.capacity_j_m2_k for layer in heaviest)
    slow = capacity / outer_film > SECONDS_PER_HOUR
    within = [layer for layer in layers if is_heavy_insulation(layer)]
    if within:
        node = max(within, key=lambda layer: layer.capacity_j_m2_k)
        if node.capacity_j_m2_k > max(inner.capacity_j_m2_k, capacity if slow else 0.0):
            place = next(k for k, layer in enumerate(layers) if layer is node)
            before = sum(layer.resistance_m2_k_w for layer in layers[place + 1 :])
            return Inside(node.capacity_j_m2_k, before + node.resistance_m2_k_w / 2.0)
    if heaviest is blocks[-1] or capacity <= inner.capacity_j_m2_k or not slow:
        return inner
    last = max(k for k, layer in enumerate(layers) if any(layer is one for one in heaviest))
    before = sum(layer.resistance_m2_k_w for layer in layers[last + 1 :])
    return Inside(capacity, before + sum(one.resistance_m2_k_w for one in heaviest) / 2.0)


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
        if left_m <= 0.0 or (stored and _insulates(layer)):
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


def is_heavy_insulation(layer: Layer) -> bool:
    """Whether insulation itself, warmed from both its faces, takes more than an hour to follow."""
    slow_s = layer.capacity_j_m2_k * layer.resistance_m2_k_w / 4.0
    return _insulates(layer) and slow_s > SECONDS_PER_HOUR


def _insulates(layer: Layer) -> bool:
    return layer.conductivity_w_m_k < INSULATION_W_M_K


def u_value(layers: Sequence[Layer], inner_film: float, outer_film: float) -> float:
    """Air to air [W/(m2 K)]."""
    between = sum(layer.resistance_m2_k_w for layer in layers)
    return 1.0 / (1.0 / inner_film + between + 1.0 / outer_film)
