"""Local time, workdays and prices of a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hvac_rl.control.schedule import TimeFacts, time_facts

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class SiteCalendar:
    """When the building is meant to be occupied. ``workdays``: 0 is Monday."""

    timezone: ZoneInfo
    workdays: frozenset[int]
    holidays: frozenset[date]
    start_h: float
    end_h: float

    def local(self, now_s: float) -> datetime:
        return datetime.fromtimestamp(now_s, UTC).astimezone(self.timezone)

    def is_workday(self, day: date) -> bool:
        return day.weekday() in self.workdays and day not in self.holidays

    def days_to_next_workday(self, day: date) -> int:
        """Days from ``day`` to the next later workday, at most 7."""
        for ahead in range(1, 8):
            if self.is_workday(day + timedelta(days=ahead)):
                return ahead
        return 7

    def time_facts(self, now_s: float) -> TimeFacts:
        local = self.local(now_s)
        today = local.date()
        return time_facts(
            local.hour + local.minute / 60.0 + local.second / 3600.0,
            self.is_workday(today),
            self.is_workday(today + timedelta(days=1)),
            float(self.days_to_next_workday(today)),
            self.start_h,
            self.end_h,
        )


@dataclass(frozen=True, slots=True)
class Tariff:
    """Price by hour of local day [currency/kWh], on workdays and on other days."""

    calendar: SiteCalendar
    workday: Sequence[float]
    other: Sequence[float]

    def price(self, now_s: float) -> float:
        local = self.calendar.local(now_s)
        day = self.workday if self.calendar.is_workday(local.date()) else self.other
        return day[local.hour]

    def hourly(self, now_s: float, hours: int) -> list[float]:
        """The price now and at each of the next full hours from now."""
        return [self.price(now_s + k * SECONDS_PER_HOUR) for k in range(hours)]

    @property
    def mean(self) -> float:
        return sum(self.workday) / len(self.workday)
