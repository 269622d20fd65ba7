"""Views of an action: what an agent gives, and how a batch takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.arguments import unknown
from envs.batch import Batch
from hvac_rl.control.encoding import N_MODES
from sim_buildings.building import Building

FEW = 32
# What a continuous action spans; the guard narrows it further.
HEATING_C = (12.0, 26.0)
COOLING_C = (16.0, 34.0)
LOW = np.array([HEATING_C[0], COOLING_C[0], 0.0, 0.0])
HIGH = np.array([HEATING_C[1], COOLING_C[1], 1.0, 1.0])


class ActionView(Protocol):
    """How an agent's actions for ``n`` buildings become a step of the batch."""

    def space(self, building: Building) -> spaces.Space[Any]: ...

    def step(self, batch: Batch, actions: NDArray[Any]) -> None:
        """``actions``: one of the space's values a building, stacked."""


class Modes:
    """``MultiDiscrete([modes] * zones)``: a mode for each zone."""

    def space(self, building: Building) -> spaces.Space[Any]:
        return spaces.MultiDiscrete([N_MODES] * len(building.zones))

    def step(self, batch: Batch, actions: NDArray[Any]) -> None:
        batch.step(known_modes(actions).reshape(batch.size, batch.zones))


class OneMode:
    """``Discrete(modes)``: one mode for the whole building."""

    def space(self, building: Building) -> spaces.Space[Any]:
        return spaces.Discrete(N_MODES)

    def step(self, batch: Batch, actions: NDArray[Any]) -> None:
        batch.step(np.repeat(known_modes(actions).reshape(batch.size, 1), batch.zones, axis=1))


def known_modes(actions: NDArray[Any]) -> NDArray[Any]:
    """The same, if all are modes: compiled code would read past its table of them."""
    # A bare comparison of a few numbers is a tenth of what numpy's minimum takes.
    few = actions.ravel().tolist() if actions.size < FEW else None
    wrong = (
        not all(0 <= mode < N_MODES for mode in few)
        if few is not None
        else bool(actions.min() < 0 or actions.max() >= N_MODES)
    )
    if wrong:
        raise ValueError(f"a mode is 0 to {N_MODES - 1}; given: {actions.min()} to {actions.max()}")
    return actions


class Setpoints:
    """``Box(-1, 1, (zones * 4,))``: heating and cooling setpoint, blind and light of each zone.

    -1 .. 1 spans 12-26 °C, 16-34 °C, 0-1 and 0-1.
    """

    def space(self, building: Building) -> spaces.Space[Any]:
        return spaces.Box(-1.0, 1.0, (len(building.zones) * 4,), np.float32)

    def step(self, batch: Batch, actions: NDArray[Any]) -> None:
        share = (actions.reshape(batch.size, batch.zones, 4).astype(np.float64) + 1.0) / 2.0
        batch.step_wishes(LOW + share * (HIGH - LOW))


VIEWS: dict[str, Callable[[], ActionView]] = {
    "modes": Modes,
    "discrete": OneMode,
    "continuous": Setpoints,
}


def view_of(name: str) -> ActionView:
    """An action view by name; raises ValueError."""
    if name not in VIEWS:
        raise unknown("action view", name, tuple(VIEWS))
    return VIEWS[name]()
