"""The plant: capacity and input by outdoor air and part load, for whatever machine it is.

One circuit for cooling coils and one for heating (coils, floors), which may run at once. Curves by
kind of machine stand in :mod:`sim_buildings.plant_curves`. Defrost and standby are not modelled.
"""

from __future__ import annotations

from sim_buildings.bounds import within


def cubic(outdoor_c: float, low_c: float, high_c: float, c0: float, c1: float, c2: float, c3: float) -> float:  # fmt: skip  # noqa: E501
    """A curve's value at the outdoor air moved into its range: c0 + c1 t + c2 t^2 + c3 t^3."""
    t = within(outdoor_c, low_c, high_c)
    return c0 + t * (c1 + t * (c2 + t * c3))


def input_w(heat_w: float, capacity_w: float, cop: float, part_load_loss: float) -> float:
    """Input (electric or fuel) for ``heat_w`` [W]: heat / COP / (1 - C_D (1 - part load)).

    AHRI 210/240: C_D, the degradation coefficient, is the share lost by cycling at no load.
    """
    part_load = heat_w / capacity_w if capacity_w > 0.0 else 1.0
    part_load = part_load if part_load < 1.0 else 1.0
    return heat_w / (cop * (1.0 - part_load_loss * (1.0 - part_load)))
