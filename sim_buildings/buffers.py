"""The arrays that a substep reads and writes: rows of zones, air handlers and the building."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.air import OUTDOOR_CO2_PPM
from sim_buildings.columns import (
    HANDLER_OVERRIDE,
    N_BEFORE,
    N_BUILDING,
    N_HANDLER,
    N_ZONE,
    STATE_AIR,
    STATE_CO2,
    STATE_ENVELOPE,
    STATE_HUMIDITY,
    STATE_MASS,
    STATE_SUPPLY_AIR,
    Z_AIR,
    Z_CO2,
    Z_HUMIDITY,
    ZONE_OVERRIDE,
    n_weather,
)
from sim_buildings.fault_columns import HANDLER_FAULTS, NO_HANDLER_FAULT, NO_ZONE_FAULT, ZONE_FAULTS

Floats = NDArray[np.floating]

# Rows of surroundings read at once: those of a control step of 15 minutes lie side by side.
ROWS_AHEAD = 3
REST_C = 21.0
# About 40 % relative humidity at 21 °C.
REST_HUMIDITY = 0.006


class Buffers(NamedTuple):
    """Every array of one block of buildings that changes; columns in :mod:`columns`.

    A block holds as many buildings as there are lanes; in a batch each array has a leading axis
    of blocks.
    """

    zones: Floats
    """(Z, N_ZONE * lanes)"""
    handlers: Floats
    """(H, N_HANDLER * lanes)"""
    building: Floats
    """(N_BUILDING * lanes,)"""
    weather: Floats
    """(ROWS_AHEAD, weather columns * lanes): the surroundings of the next rows of 300 s."""
    people: Floats
    """(ROWS_AHEAD, Z, lanes): people in those."""
    before: Floats
    """(Z, 3 * lanes): air, CO2 and humidity of every zone at the substep's start."""
    zone_faults: Floats
    """(Z, faults * lanes)"""
    handler_faults: Floats
    """(H, faults * lanes)"""


def make_buffers(
    zones: int,
    handlers: int,
    orientations: int,
    *,
    blocks: int | None = None,
    lanes: int = 1,
    real: type = np.float64,
) -> Buffers:
    """Buffers without overrides and faults and with a state at rest: 21 °C, outdoor CO2."""
    lead = () if blocks is None else (blocks,)

    def row(columns: int, *number: int) -> Floats:
        return np.zeros((*lead, *number, columns * lanes), dtype=real)

    made = Buffers(
        zones=row(N_ZONE, zones),
        handlers=row(N_HANDLER, handlers),
        building=row(N_BUILDING),
        weather=row(n_weather(orientations), ROWS_AHEAD),
        people=np.zeros((*lead, ROWS_AHEAD, zones, lanes), dtype=real),
        before=row(N_BEFORE, zones),
        zone_faults=row(len(ZONE_FAULTS), zones),
        handler_faults=row(len(HANDLER_FAULTS), handlers),
    )
    zone = columns_of(made.zones, lanes)
    for column in (Z_AIR, STATE_AIR, STATE_ENVELOPE, STATE_MASS):
        zone[..., column, :] = REST_C
    zone[..., Z_CO2, :] = OUTDOOR_CO2_PPM
    zone[..., STATE_CO2, :] = OUTDOOR_CO2_PPM
    zone[..., Z_HUMIDITY, :] = REST_HUMIDITY
    zone[..., STATE_HUMIDITY, :] = REST_HUMIDITY
    zone[..., ZONE_OVERRIDE : ZONE_OVERRIDE + 4, :] = np.nan
    handler = columns_of(made.handlers, lanes)
    handler[..., STATE_SUPPLY_AIR, :] = REST_C
    handler[..., HANDLER_OVERRIDE : HANDLER_OVERRIDE + 4, :] = np.nan
    columns_of(made.zone_faults, lanes)[:] = np.array(NO_ZONE_FAULT)[:, None]
    columns_of(made.handler_faults, lanes)[:] = np.array(NO_HANDLER_FAULT)[:, None]
    return made


def columns_of(rows: Floats, lanes: int) -> Floats:
    """A view of rows with the lanes as an axis of their own: (..., columns, lanes)."""
    return rows.reshape(*rows.shape[:-1], -1, lanes)


def block_of(batch: Buffers, b: int) -> Buffers:
    """Block ``b`` of a batch; its arrays are views."""
    return Buffers(
        batch.zones[b],
        batch.handlers[b],
        batch.building[b],
        batch.weather[b],
        batch.people[b],
        batch.before[b],
        batch.zone_faults[b],
        batch.handler_faults[b],
    )
