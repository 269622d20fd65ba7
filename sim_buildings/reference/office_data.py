"""What a reference office consists of, as plain data that another simulator can be fed with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_buildings.reference.bestest_cases import Layer

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Assembly:
    """An opaque construction from outside to inside."""

    layers: tuple[Layer, ...]
    outside_solar_absorptance: float
    inside_solar_absorptance: float
    outside_emittance: float
    inside_emittance: float

    @property
    def resistance_m2_k_w(self) -> float:
        """Surface to surface."""
        return sum(layer.resistance_m2_k_w for layer in self.layers)

    @property
    def capacity_j_m2_k(self) -> float:
        return sum(layer.capacity_j_m2_k for layer in self.layers)


@dataclass(frozen=True)
class OuterSurface:
    """An opaque surface towards outdoors or the ground."""

    name: str
    kind: str
    """Wall, Roof or Floor; a floor that is not on the ground is a soffit."""
    on_ground: bool
    azimuth_deg: float
    """Clockwise from north; of no meaning on horizontal surfaces."""
    tilt_deg: float
    """0 faces up, 90 is upright, 180 faces down."""
    gross_m2: float
    net_m2: float
    """Without windows."""
    u_film_w_m2_k: float
    """With EnergyPlus's nominal films for reporting, not those of its simulation."""
    u_w_m2_k: float
    """Surface to surface."""
    construction: str
    top_m: float = 0.0
    eaves_m: float = 0.0
    """How far soffits at a wall's top reach beyond it."""


@dataclass(frozen=True)
class WindowData:
    name: str
    azimuth_deg: float
    tilt_deg: float
    area_m2: float
    u_w_m2_k: float
    """Centre of glass with winter films (NFRC conditions)."""
    shgc: float
    visible_transmittance: float
    sill_m: float = 0.0
    head_m: float = 0.0


@dataclass(frozen=True)
class InnerSurface:
    """A partition, ceiling or floor towards another zone; each side is listed in its own zone."""

    name: str
    kind: str
    other_zone: str
    area_m2: float
    u_film_w_m2_k: float
    construction: str


@dataclass(frozen=True)
class InternalMassData:
    area_m2: float
    construction: str


@dataclass(frozen=True)
class Gain:
    """Lights or equipment: the schedule's value times ``power_w`` is what runs."""

    power_w: float
    radiant_fraction: float
    visible_fraction: float
    latent_fraction: float
    lost_fraction: float
    schedule: str

    @property
    def convective_fraction(self) -> float:
        return (
            1.0
            - self.radiant_fraction
            - self.visible_fraction
            - self.latent_fraction
            - self.lost_fraction
        )


@dataclass(frozen=True)
class PeopleData:
    people: float
    radiant_fraction: float
    """Of the sensible part; how much is sensible depends on air temperature, see the hours."""
    schedule: str
    activity_schedule: str
    """W a person, sensible and latent."""


@dataclass(frozen=True)
class InfiltrationData:
    design_m3_s: float
    """At the density of the outdoor air, whatever wind and temperature."""
    schedule: str


@dataclass(frozen=True)
class ZoneData:
    name: str
    floor_m2: float
    volume_m3: float
    heating_schedule: str | None
    """None: no thermostat (attic, plenum)."""
    cooling_schedule: str | None
    outer: tuple[OuterSurface, ...]
    windows: tuple[WindowData, ...]
    inner: tuple[InnerSurface, ...]
    mass: tuple[InternalMassData, ...]
    lights: tuple[Gain, ...]
    equipment: tuple[Gain, ...]
    people: tuple[PeopleData, ...]
    infiltration: tuple[InfiltrationData, ...]

    @property
    def conditioned(self) -> bool:
        return self.heating_schedule is not None

    @property
    def roof_m2(self) -> float:
        return sum(s.net_m2 for s in self.outer if s.kind == "Roof")

    @property
    def ground_m2(self) -> float:
        return sum(s.net_m2 for s in self.outer if s.on_ground)

    def wall_m2(self) -> dict[float, float]:
        """Outdoor walls without their windows [m2] by azimuth [deg]."""
        walls = (s for s in self.outer if s.kind == "Wall" and not s.on_ground)
        return _by_azimuth((s.azimuth_deg, s.net_m2) for s in walls)

    def window_m2(self) -> dict[float, float]:
        """Windows [m2] by azimuth [deg]."""
        return _by_azimuth((w.azimuth_deg, w.area_m2) for w in self.windows)


@dataclass(frozen=True)
class OfficeData:
    name: str
    zones: tuple[ZoneData, ...]
    constructions: Mapping[str, Assembly]
    schedules: Mapping[str, Floats]
    """Hourly values of the year, shape (8760,), standard time; holidays and weekdays included."""
    ground_c: tuple[float, ...]
    """Temperature at the outer side of the ground floor, one a month."""

    def zone(self, name: str) -> ZoneData:
        return next(zone for zone in self.zones if zone.name == name)

    @property
    def conditioned(self) -> tuple[ZoneData, ...]:
        return tuple(zone for zone in self.zones if zone.conditioned)


def _by_azimuth(areas: Iterable[tuple[float, float]]) -> dict[float, float]:
    total: dict[float, float] = {}
    for azimuth, area in areas:
        total[azimuth] = total.get(azimuth, 0.0) + area
    return total
