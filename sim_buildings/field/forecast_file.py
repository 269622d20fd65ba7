"""The weather forecast as the daemon reads it: hourly means, refreshed every site hour."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim_buildings.field.files import replace_file
from sim_buildings.field.simulated_building import ForecastHour

HOUR_S = 3600.0
LEAST_HOURS = 27
"""A reader needs the part of the present hour, 24 more, and one while a new file is late."""


class ForecastFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._hour = float("-inf")

    def is_due(self, now_s: float) -> bool:
        return now_s // HOUR_S > self._hour

    def write(self, now_s: float, hours: Sequence[ForecastHour]) -> None:
        if len(hours) < LEAST_HOURS or not hours[0].time_s <= now_s < hours[0].time_s + HOUR_S:
            raise ValueError(f"a forecast covers the present hour and {LEAST_HOURS - 1} more")
        rows = [f"{h.time_s:.0f},{h.outdoor_air_c:.3f},{h.ghi_w_m2:.2f}\n" for h in hours]
        replace_file(self._path, "time_s,outdoor_air_c,ghi_w_m2\n" + "".join(rows))
        self._hour = now_s // HOUR_S
