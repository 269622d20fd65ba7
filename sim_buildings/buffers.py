"""The arrays that a substep reads and writes, of one building or of a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.air import OUTDOOR_CO2_PPM
from sim_buildings.columns import (
    BUILDING_OUT,
    HANDLER_COMMANDS,
    HANDLER_STATE,
    STATE_CO2,
    STATE_SUPPLY_AIR,
    ZONE_COMMANDS,
    ZONE_OUT,
    ZONE_STATE,
)

Floats = NDArray[np.float64]

# A zone's equations during one substep, columns of ``Buffers.work``: its air's n and d, the two
# masses' a and b, infiltration, and sun driven into the opaque envelope.
W_N, W_D, W_ENVELOPE_A, W_ENVELOPE_B, W_MASS_A, W_MASS_B, W_INFILTRATION, W_WALL_SUN = range(8)
N_WORK = 8


class Buffers(NamedTuple):
    """Every array of one building; in a batch each has a leading axis of buildings."""

    zone_state: Floats
    handler_state: Floats
    zone_override: Floats
    handler_override: Floats
    zone_bms: Floats
    handler_bms: Floats
    zone_effective: Floats
    handler_effective: Floats
    zone_out: Floats
    building_out: Floats
    work: Floats


def make_buffers(zones: int, batch: int | None = None) -> Buffers:
    """Buffers without overrides and with a state at rest: 21 °C, outdoor CO2."""
    lead = () if batch is None else (batch,)
    buffers = Buffers(
        zone_state=np.full((*lead, zones, len(ZONE_STATE)), 21.0),
        handler_state=np.zeros((*lead, len(HANDLER_STATE))),
        zone_override=np.full((*lead, zones, len(ZONE_COMMANDS)), np.nan),
        handler_override=np.full((*lead, len(HANDLER_COMMANDS)), np.nan),
        zone_bms=np.zeros((*lead, zones, len(ZONE_COMMANDS))),
        handler_bms=np.zeros((*lead, len(HANDLER_COMMANDS))),
        zone_effective=np.zeros((*lead, zones, len(ZONE_COMMANDS))),
        handler_effective=np.zeros((*lead, len(HANDLER_COMMANDS))),
        zone_out=np.zeros((*lead, zones, len(ZONE_OUT))),
        building_out=np.zeros((*lead, len(BUILDING_OUT))),
        work=np.zeros((*lead, zones, N_WORK)),
    )
    buffers.zone_state[..., STATE_CO2] = OUTDOOR_CO2_PPM
    buffers.handler_state[..., STATE_SUPPLY_AIR] = 21.0
    return buffers


def one_of(batch: Buffers, b: int) -> Buffers:
    """Building ``b`` of a batch; its arrays are views."""
    return Buffers(
        batch.zone_state[b],
        batch.handler_state[b],
        batch.zone_override[b],
        batch.handler_override[b],
        batch.zone_bms[b],
        batch.handler_bms[b],
        batch.zone_effective[b],
        batch.handler_effective[b],
        batch.zone_out[b],
        batch.building_out[b],
        batch.work[b],
    )
