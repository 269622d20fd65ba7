"""A week of one zone as a picture needs it, hour by hour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.weeks import Chooser
from envs.batch import Batch
from envs.control_columns import K_PRICE
from sim_buildings.buffers import columns_of
from sim_buildings.columns import (
    B_OUTDOOR,
    B_TOTAL,
    BLIND,
    COOLING,
    HEATING,
    Z_AIR,
    Z_PEOPLE,
    ZONE_OVERRIDE,
)

ZONE = 0
WATTS_PER_KW = 1000.0


class Traced:
    """A chooser that keeps what happens in one zone of one week's building."""

    def __init__(self, chooser: Chooser, week: int) -> None:
        self._chooser = chooser
        self._week = week
        self._rows: list[dict[str, float]] = []
        self._zone = ""

    def modes(self, batch: Batch) -> NDArray[np.int64]:
        lanes = batch.form.lanes
        block, lane = divmod(self._week, lanes)
        zone = columns_of(batch.buffers.zones, lanes)[block, ZONE, :, lane]
        building = columns_of(batch.buffers.building, lanes)[block, :, lane]
        clock = columns_of(batch.memory.clock, lanes)[block, :, lane]
        self._zone = batch.scene.building.zone_names[ZONE]
        self._rows.append(
            {
                "air_c": zone[Z_AIR],
                "heating_c": zone[ZONE_OVERRIDE + HEATING],
                "cooling_c": zone[ZONE_OVERRIDE + COOLING],
                "blind": zone[ZONE_OVERRIDE + BLIND],
                "occupied": float(zone[Z_PEOPLE] > 0.0),
                "power_kw": building[B_TOTAL] / WATTS_PER_KW,
                "outdoor_c": building[B_OUTDOOR],
                "price": clock[K_PRICE],
            }
        )
        return self._chooser.modes(batch)

    def trace(self) -> dict[str, Any]:
        """{quantity: a number for each hour}, the hours and the zone's name."""
        columns: dict[str, Any] = {
            name: [round(float(row[name]), 4) for row in self._rows] for name in self._rows[0]
        }
        return {"zone": self._zone, "hour": list(range(len(self._rows))), **columns}
