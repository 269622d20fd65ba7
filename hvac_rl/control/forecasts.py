"""Weather forecasts for the policy: from a file that another job refreshes, or persistence."""

from __future__ import annotations

import csv
import itertools
from bisect import bisect_right
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from hvac_rl.control.encoding import FORECAST_HOURS

HOUR_S = 3600.0


class ForecastUnavailable(Exception):
    """No forecast that covers the next 24 h; the message says why."""


class FileForecast:
    """Reads ``time_s,outdoor_air_c,ghi_w_m2``: hourly means, each row from its own hour on.

    The file is read again whenever it changed; whoever writes it replaces it as a whole.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] = (0, 0)
        self._times: list[float] = []
        self._outdoor_c: list[float] = []
        self._ghi_w_m2: list[float] = []

    def observe(self, now_s: float, outdoor_c: float, ghi_w_m2: float) -> None:
        """The file alone speaks; what is measured does not change it."""

    def hourly(self, now_s: float) -> tuple[Sequence[float], Sequence[float]]:
        """24 hourly means from now; raises ForecastUnavailable."""
        self._refresh()
        index = bisect_right(self._times, now_s) - 1
        if index < 0 or now_s - self._times[index] >= HOUR_S:
            raise ForecastUnavailable(f"{self._path.name} does not cover the present hour")
        # The part of the present hour that has passed shifts every mean by that share.
        passed = (now_s - self._times[index]) / HOUR_S
        last = index + FORECAST_HOURS + (1 if passed > 0.0 else 0)
        if last > len(self._times):
            raise ForecastUnavailable(f"{self._path.name} ends before the next 24 h do")
        return (
            self._shifted(self._outdoor_c, index, passed),
            self._shifted(self._ghi_w_m2, index, passed),
        )

    def _shifted(self, values: list[float], index: int, passed: float) -> list[float]:
        if passed == 0.0:
            return values[index : index + FORECAST_HOURS]
        return [
            (1.0 - passed) * values[index + k] + passed * values[index + k + 1]
            for k in range(FORECAST_HOURS)
        ]

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
        except OSError as error:
            raise ForecastUnavailable(f"{self._path}: {error.strerror}") from error
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp == self._stamp:
            return
        times, outdoor_c, ghi_w_m2 = [], [], []
        try:
            with self._path.open(newline="") as file:
                for row in csv.DictReader(file):
                    times.append(float(row["time_s"]))
                    outdoor_c.append(float(row["outdoor_air_c"]))
                    ghi_w_m2.append(float(row["ghi_w_m2"]))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ForecastUnavailable(f"{self._path} cannot be read: {error!r}") from error
        if not all(map(isfinite, [*times, *outdoor_c, *ghi_w_m2])):
            raise ForecastUnavailable(f"{self._path} holds a value that is not finite")
        if any(later - sooner != HOUR_S for sooner, later in itertools.pairwise(times)):
            raise ForecastUnavailable(f"{self._path}: rows are not one hour apart")
        self._times, self._outdoor_c, self._ghi_w_m2 = times, outdoor_c, ghi_w_m2
        self._stamp = stamp


class PersistenceForecast:
    """The last 24 h come again: what a site has without a weather service.

    Unavailable until a full day was seen.
    """

    def __init__(self) -> None:
        self._hours: dict[int, tuple[float, float, int]] = {}

    def observe(self, now_s: float, outdoor_c: float, ghi_w_m2: float) -> None:
        hour = int(now_s // HOUR_S)
        temperature, sun, count = self._hours.get(hour, (0.0, 0.0, 0))
        self._hours[hour] = (temperature + outdoor_c, sun + ghi_w_m2, count + 1)
        for old in [h for h in self._hours if h < hour - FORECAST_HOURS]:
            del self._hours[old]

    def hourly(self, now_s: float) -> tuple[Sequence[float], Sequence[float]]:
        """24 hourly means from now; raises ForecastUnavailable."""
        hour = int(now_s // HOUR_S)
        outdoor_c, ghi_w_m2 = [], []
        for k in range(FORECAST_HOURS):
            seen = self._hours.get(hour - FORECAST_HOURS + k)
            if seen is None:
                raise ForecastUnavailable("persistence needs a full day of readings first")
            temperature, sun, count = seen
            outdoor_c.append(temperature / count)
            ghi_w_m2.append(sun / count)
        return outdoor_c, ghi_w_m2
