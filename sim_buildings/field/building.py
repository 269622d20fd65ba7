"""What the devices and the site file must know of a building: names, sizes, schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hvac_rl.errors import ConfigError

MOST_ZONES = 48
"""Each zone has a pair of registers in blocks of a hundred on the Modbus gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldZone:
    name: str
    area_m2: float
    design_people: float
    full_light_lux: float
    """What the electric light alone brings to the workplane at full power."""
    azimuth_deg: float | None = None
    """Facade, clockwise from north; ``None`` in the core: no blind, no facade sensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAirHandler:
    name: str
    design_outdoor_air_m3_s: float
    design_supply_air_m3_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSchedule:
    """When people are expected, and what energy costs; weekday numbers start with Monday = 0."""

    workdays: tuple[int, ...]
    start_h: float
    end_h: float
    holidays: tuple[date, ...]
    price_workday: tuple[float, ...]
    """$/kWh for each hour of a local workday."""
    price_other: tuple[float, ...]
    carbon_kg_per_kwh: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldBuilding:
    name: str
    title: str
    utc_offset_h: float
    zones: tuple[FieldZone, ...]
    air_handler: FieldAirHandler
    schedule: FieldSchedule

    def __post_init__(self) -> None:
        if len(self.zones) > MOST_ZONES:
            raise ConfigError(
                self.name,
                f"has {len(self.zones)} zones; the simulated gateway maps {MOST_ZONES}",
                "Run it headless, or spread the zones over several buildings.",
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
