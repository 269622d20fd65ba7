"""Workdays and holidays of a mapping, the same to the model's schedules and to our own rule."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from hvac_rl.control.calendar import SiteCalendar
from hvac_rl.errors import ConfigError
from sim_buildings.energyplus.mapping import Site
from sim_buildings.occupancy import holiday_dates


class SiteDays:
    """The calendar of a site; raises ConfigError for a country without known holidays."""

    def __init__(self, site: Site, file: str) -> None:
        self._site = site
        try:
            self._of(2026)
        except (NotImplementedError, ValueError) as error:
            raise ConfigError(
                f"{file}: site.holidays_country",
                f"no holidays are known for {site.holidays_country!r} "
                f"{site.holidays_subdivision!r}",
                "Give an ISO 3166 country code and, if wanted, one of its subdivisions.",
            ) from error

    def holidays(self, year: int, days: int = 1) -> frozenset[date]:
        """Public holidays of ``year`` and of the years that ``days`` after its end reach."""
        return self._of(year) | self._of(year + 1 + (days - 1) // 365)

    def calendar(self, year: int) -> SiteCalendar:
        """Local standard time counts as UTC here: epoch seconds are those of the naive time."""
        around = frozenset().union(*(self._of(year + k) for k in (-1, 0, 1)))
        return SiteCalendar(
            timezone=ZoneInfo("UTC"),
            workdays=frozenset(self._site.workdays),
            holidays=around,
            start_h=self._site.start_h,
            end_h=self._site.end_h,
        )

    def _of(self, year: int) -> frozenset[date]:
        return _dates(self._site.holidays_country, self._site.holidays_subdivision, year)


@lru_cache(maxsize=32)
def _dates(country: str, subdivision: str, year: int) -> frozenset[date]:
    return holiday_dates(country, subdivision, year)
