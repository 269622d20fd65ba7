"""What the field asks of a simulated building, whatever computes it. Names are point names,
values are SI, times are site times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from sim_buildings.field.building import FieldBuilding

Overrides = Mapping[str, float | None]
"""What somebody commands over the BMS; ``None`` leaves a point to it."""


class ForecastHour(NamedTuple):
    time_s: float
    """Start of the hour."""
    outdoor_air_c: float
    ghi_w_m2: float


class SimulatedBuilding(Protocol):
    field: FieldBuilding
    dt_s: float

    @property
    def time_s(self) -> float:
        """The moment up to which the building has been computed."""

    def step(self, overrides: Overrides) -> None:
        """One ``dt_s`` on, under these commands."""

    def sensors(self) -> Mapping[str, float]:
        """Every point that is not commanded."""

    def scheduled(self) -> Mapping[str, float]:
        """What the BMS itself wants of every commandable point now."""

    def truth_columns(self) -> Sequence[str]: ...

    def truth(self) -> Sequence[float]:
        """One row of what really happened in the last step."""

    def forecast(self) -> Sequence[ForecastHour]:
        """From the present hour on, at least 27 hours."""
