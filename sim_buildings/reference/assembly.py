"""From the layers of a construction to what our zone knows of it, one rule for all buildings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim_buildings.reference.bestest_cases import Layer

# ISO 13786:2017, annex C (effective thickness for a period of a day): heat reaches 0.1 m.
DEPTH_M = 0.1
# ISO 13786 counts up to the first layer of insulation; as usual, what conducts less than this.
INSULATION_W_M_K = 0.065


class Inside(NamedTuple):
    """The part of a construction that takes part in a room's day."""

    capacity_j_m2_k: float
    resistance_m2_k_w: float
    """Between the inner surface and the node that stores the heat."""


def inside(layers: Sequence[Layer]) -> Inside:
    """The inner layers of ``layers`` (outside to inside), up to insulation and 0.1 m deep.

    Under a steady flow of heat q into a wall that is closed behind, its surface runs ahead of its
    mean temperature by q R with R the integral of (c / C)^2 over the resistance, c the capacity
    that lies deeper: a third of the resistance in a single layer. The node lies behind this R.
    """
    taken: list[Layer] = []
    depth_m = 0.0
    for layer in reversed(layers):
        if layer.conductivity_w_m_k < INSULATION_W_M_K or layer.capacity_j_m2_k == 0.0:
            if taken or layer.resistance_m2_k_w > 0.5:
                break
        thickness_m = min(layer.thickness_m, DEPTH_M - depth_m)
        if thickness_m <= 0.0:
            break
        taken.append(Layer(layer.name, thickness_m, *_rest(layer)))
        depth_m += thickness_m
    total = sum(layer.capacity_j_m2_k for layer in taken)
    deeper, resistance = 1.0, 0.0
    for layer in taken:
        share = layer.capacity_j_m2_k / total
        after = deeper - share
        resistance += layer.resistance_m2_k_w * (deeper**2 + deeper * after + after**2) / 3.0
        deeper = after
    return Inside(total, resistance)


def _rest(layer: Layer) -> tuple[float, float, float]:
    return layer.conductivity_w_m_k, layer.density_kg_m3, layer.specific_heat_j_kg_k


def u_value(layers: Sequence[Layer], inner_film: float, outer_film: float) -> float:
    """Air to air [W/(m2 K)]."""
    between = sum(layer.resistance_m2_k_w for layer in layers)
    return 1.0 / (1.0 / inner_film + between + 1.0 / outer_film)
