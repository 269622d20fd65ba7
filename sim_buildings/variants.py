"""Variants of one building side by side: what must agree, and whose sun is whose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim_buildings.parameters import Params

Ints = NDArray[np.int64]
TOPOLOGY = ("handler_of", "facade_zone", "link_start", "link_other", "link_edge")


def sun_columns(first: Params, variant: Params) -> Ints:
    """For each of the first one's orientations, the variant's own that takes its place.

    A variant that was turned round meets the sun of its own orientations: its world's columns are
    laid in the first one's order. Raises ValueError where the two are not variants of one building.
    """
    for name in TOPOLOGY:
        if not np.array_equal(getattr(first, name), getattr(variant, name)):
            raise ValueError(f"variants of one building must agree in {name}")
    order: dict[int, int] = {}
    for mine, other in zip(first.facade_sun, variant.facade_sun, strict=True):
        if order.setdefault(int(mine), int(other)) != int(other):
            raise ValueError("facades that face one way must do so in every variant")
    return np.array([order[k] for k in sorted(order)], dtype=np.int64)


def side_by_side(variants: Sequence[Params]) -> Params:
    """Parameters of shape (number, columns * variants), one lane a variant."""
    first = variants[0]
    for variant in variants:
        sun_columns(first, variant)

    def interleaved(name: str) -> np.ndarray:
        arrays = np.stack([getattr(one, name) for one in variants], axis=-1)
        return np.ascontiguousarray(arrays.reshape(*arrays.shape[:-2], -1))

    names = ("zones", "handlers", "building", "facades", "edges")
    return first._replace(**{name: interleaved(name) for name in names})
