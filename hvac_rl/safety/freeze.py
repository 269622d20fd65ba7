"""Freeze protection of an air handler: three stages by its supply air; we release and alarm.

ASHRAE Guideline 36-2021, 5.16.12 (freeze protection of multiple-zone VAV air handling units) says
what the BMS does in each stage. A supervisor does the one right thing: it gets out of the way.
"""

from __future__ import annotations

from typing import NamedTuple

from hvac_rl.safety.values import NAN

STAGE_1_C, STAGE_1_S = 4.4, 300.0
STAGE_2_C, STAGE_2_S = 3.3, 300.0
STAGE_3_S = 900.0
# Stage 3 comes at once below this for five minutes.
SEVERE_C, SEVERE_S = 1.0, 300.0
# Stage 1 ends above this for five minutes; stage 2 keeps the outdoor air shut for an hour.
RECOVERED_C, RECOVERED_S = 7.0, 300.0
STAGE_2_LASTS_S = 3600.0


class FreezeState(NamedTuple):
    """Since when (site time [s], NaN for not) the supply air is below or above, and the stage."""

    below_1_s: float = NAN
    below_2_s: float = NAN
    severe_s: float = NAN
    above_s: float = NAN
    stage: int = 0
    stage_2_s: float = NAN
    """When stage 2 began."""


def _since(is_so: bool, since_s: float, now_s: float) -> float:
    """Since when it is so: as before, from now, or not (NaN)."""
    if not is_so:
        return NAN
    return now_s if since_s != since_s else since_s


def freeze(state: FreezeState, supply_air_c: float, stat: bool, now_s: float) -> FreezeState:
    """The state after one more reading. Stage 3, or the freeze stat, stays until a person resets.

    Between two readings that are both below, the air counts as below.
    """
    below_1_s = _since(supply_air_c < STAGE_1_C, state.below_1_s, now_s)
    below_2_s = _since(supply_air_c < STAGE_2_C, state.below_2_s, now_s)
    severe_s = _since(supply_air_c < SEVERE_C, state.severe_s, now_s)
    above_s = _since(supply_air_c > RECOVERED_C, state.above_s, now_s)
    stage, stage_2_s = state.stage, state.stage_2_s
    # Comparisons with NaN are false: a temperature that is not below reaches no stage.
    if now_s - below_1_s >= STAGE_1_S:
        stage = max(stage, 1)
    if now_s - below_2_s >= STAGE_2_S:
        stage = max(stage, 2)
        stage_2_s = now_s if stage_2_s != stage_2_s else stage_2_s
    if stat or now_s - below_2_s >= STAGE_3_S or now_s - severe_s >= SEVERE_S:
        stage = 3
    recovered = now_s - above_s >= RECOVERED_S
    hour_over = not now_s - stage_2_s < STAGE_2_LASTS_S
    if stage < 3 and recovered and hour_over:
        stage, stage_2_s = 0, NAN
    return FreezeState(below_1_s, below_2_s, severe_s, above_s, stage, stage_2_s)
