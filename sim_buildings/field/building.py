"""What the devices and the site file must know of a building: names, sizes, schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hvac_rl.errors import ConfigError
from hvac_rl.zones import SITE


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldZone:
    name: str
    served_by: str
    """Its air handler."""
    area_m2: float
    design_people: float
    full_light_lux: float
    """What the electric light alone brings to the workplane at full power."""
    azimuth_deg: float | None = None
    """Facade, clockwise from north; ``None`` in the core: no facade sensor."""
    has_blind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAirHandler:
    name: str
    design_outdoor_air_m3_s: float
    design_supply_air_m3_s: float
    design_static_pressure_pa: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSchedule:
    """When people are expected; weekday numbers start with Monday = 0."""

    workdays: tuple[int, ...]
    start_h: float
    end_h: float
    holidays: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTariff:
    """What energy costs and emits by hour of the local day.

    The tariff has days of its own: a shop that opens on Sundays pays Sunday's price.
    """

    workdays: tuple[int, ...]
    holidays: tuple[date, ...]
    workday: tuple[float, ...]
    """$/kWh for each hour of one of its workdays."""
    other: tuple[float, ...]
    carbon_kg_per_kwh: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldBuilding:
    name: str
    title: str
    utc_offset_h: float
    zones: tuple[FieldZone, ...]
    air_handlers: tuple[FieldAirHandler, ...]
    burns_gas: bool = False
    schedule: FieldSchedule
    tariff: FieldTariff

    def __post_init__(self) -> None:
        """Raises ConfigError for names that the point list could not tell apart."""
        names = [SITE, *(h.name for h in self.air_handlers), *(z.name for z in self.zones)]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise ConfigError(
                    self.name,
                    f"{name!r} is the name of two of its parts (site, air handlers, zones)",
                    "Points are named after them: rename one.",
                )

    @property
    def timezone(self) -> str:
        """IANA name of the fixed offset; its sign is reversed, as POSIX has it."""
        hours = round(self.utc_offset_h)
        if hours != self.utc_offset_h:
            raise ConfigError(
                self.name, f"UTC offset {self.utc_offset_h:g} h is not a whole number of hours"
            )
        return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"
