"""The shape of a site file, key by key. Every model forbids keys it does not know."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from hvac_rl.points import ComesBack
from hvac_rl.units import UNITS

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day24 = Annotated[list[FiniteFloat], Field(min_length=24, max_length=24)]
Positive = Annotated[FiniteFloat, Field(gt=0)]


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Berlin") from error
    return name


def _known_unit(name: str) -> str:
    if name not in UNITS:
        raise ValueError(f"{name!r} is not a known unit; known are: {', '.join(UNITS)}")
    return name


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Open(BaseModel):
    """Keys that are not listed belong to the adapter kind, which checks them."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ClockRow(Strict):
    kind: Literal["system", "published"]
    path: str | None = None

    @model_validator(mode="after")
    def _path_with_published(self) -> ClockRow:
        if (self.kind == "published") != (self.path is not None):
            raise ValueError("a published clock has a path, the system clock has none")
        return self


class ForecastRow(Strict):
    kind: Literal["file", "persistence"]
    path: str | None = None

    @model_validator(mode="after")
    def _path_with_file(self) -> ForecastRow:
        if (self.kind == "file") != (self.path is not None):
            raise ValueError("a forecast file has a path, persistence has none")
        return self


class PolicyRow(Strict):
    bundle: str
    trusted_keys: list[str] = Field(min_length=1)


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class TariffRow(Strict):
    """The days on which the workday's prices hold are those of occupancy unless said here."""

    workday: Day24
    other: Day24
    workdays: list[Weekday] | None = None
    holidays: list[date] | None = None


class OccupancyRow(Strict):
    workdays: list[Weekday] = Field(min_length=1)
    start_h: float = Field(ge=0, lt=24)
    end_h: float = Field(gt=0, le=24)
    holidays: list[date] = []

    @model_validator(mode="after")
    def _start_before_end(self) -> OccupancyRow:
        if self.start_h >= self.end_h:
            raise ValueError("start_h must lie before end_h")
        return self


class EvidenceRow(Strict):
    """What must be shown before a zone may be commanded, or its band widened."""

    watch_h: float = Field(default=24.0, ge=0, le=8760)
    """Site time in Watch before Run."""
    band_h: float = Field(default=24.0, ge=0, le=8760)
    """Site time in one band before the next wider one."""
    waived: bool = False
    """A simulated site on loopback starts in Run at once; refused for any other."""


class KillRow(Open):
    """A point of the BMS's own, such as a switch's coil, that trips the kill switch while on."""

    device: str


class DeviceRow(Open):
    name: str = Field(min_length=1)
    adapter: str
    comes_back: ComesBack
    heartbeat: dict[str, object] | None = None
    deadline_s: float = Field(default=3.0, gt=0, le=60)

    @model_validator(mode="after")
    def _lease_needs_heartbeat(self) -> DeviceRow:
        if self.comes_back is ComesBack.BMS_LEASE and self.heartbeat is None:
            raise ValueError("comes_back bms_lease needs a heartbeat point that keeps the lease")
        return self


class ZoneRow(Strict):
    name: str = Field(min_length=1)
    area_m2: Positive
    design_people: Annotated[FiniteFloat, Field(ge=0)]
    full_light_lux: Positive
    served_by: str
    azimuth_deg: Annotated[float, Field(ge=0, lt=360)] | None = None


class AirHandlerRow(Strict):
    name: str = Field(min_length=1)
    design_outdoor_air_m3_s: Positive


class LimitsRow(Strict):
    zone: dict[str, FiniteFloat] = {}
    air_handler: dict[str, FiniteFloat] = {}


class WriteRow(Strict):
    minimum: FiniteFloat
    maximum: FiniteFloat
    deadband: Annotated[FiniteFloat, Field(ge=0)]
    daily_writes: int = Field(ge=1)
    settle_s: float = Field(default=0.0, ge=0, le=30)
    eeprom: bool = False

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> WriteRow:
        if self.minimum >= self.maximum:
            raise ValueError("minimum must lie below maximum")
        return self


class PointRow(Open):
    name: str = Field(min_length=1)
    device: str
    of: str
    brick: str
    unit: Annotated[str, AfterValidator(_known_unit)]
    low: float = float("-inf")
    high: float = float("inf")
    write: WriteRow | None = None


class SiteDocument(Strict):
    """The whole site file."""

    site: str
    timezone: Annotated[str, AfterValidator(_known_timezone)]
    cycle_s: float = Field(ge=60, le=3600)
    heartbeat_s: float = Field(default=60.0, ge=5, le=600)
    hold_s: float = Field(default=7200.0, ge=0, le=86_400)
    priority: int = Field(default=13, ge=9, le=15)
    foreign: dict[Annotated[int, Field(ge=9, le=14)], str] = {}
    state: str = "state"
    store: str = "sqlite:///journal.db"
    clock: ClockRow = ClockRow(kind="system")
    forecast: ForecastRow = ForecastRow(kind="persistence")
    policy: PolicyRow | None = None
    tariff: TariffRow
    carbon_kg_per_kwh: Day24 | None = None
    occupancy: OccupancyRow
    local: dict[str, dict[str, object]] = {}
    beside: dict[str, dict[str, object]] = {}
    decision_s: float = Field(default=10.0, gt=0, le=60)
    evidence: EvidenceRow = EvidenceRow()
    kill_points: list[KillRow] = []
    devices: list[DeviceRow] = Field(min_length=1)
    zones: list[ZoneRow] = Field(min_length=1)
    air_handlers: list[AirHandlerRow] = []
    limits: LimitsRow = LimitsRow()
    points: list[PointRow] = Field(min_length=1)
