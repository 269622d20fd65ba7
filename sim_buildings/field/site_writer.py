"""Writes the site file with which a daemon supervises this simulated building."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from hvac_rl.points import ComesBack
from sim_buildings.field.bacnet_device import SUPERVISOR_PRIORITY
from sim_buildings.field.building import FieldBuilding
from sim_buildings.field.modbus_gateway import UNIT_ID
from sim_buildings.field.network import FieldNetwork
from sim_buildings.field.point_list import HEARTBEAT_REGISTER, BacnetPlace, FieldPoint

CYCLE_S = 900.0
DEFAULT_STORE = "sqlite:///journal.db"
HEARTBEAT_S = 60.0
DEADLINE_S = 3.0
DEADLINE_S_A_DEVICE = 0.15
"""All simulated devices share one process: asked at once, the last one answers so much later."""
DAEMON_INSTANCE = 3990
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """Which signed bundle the site trusts; the path is relative to the site file."""

    bundle: str
    trusted_keys: tuple[str, ...]


def site_yaml(
    network: FieldNetwork,
    *,
    cycle_s: float = CYCLE_S,
    policy: PolicyChoice | None = None,
    store: str = DEFAULT_STORE,
) -> str:
    """The site file of a network that listens."""
    building = network.building
    sections = [
        "# Written by hvac-rl simulate for the devices that it has put on the network.",
        _entry(site=f"{building.title} (simulated)"),
        _entry(timezone=building.timezone) + "  # local standard time all year",
        _entry(cycle_s=cycle_s) + "  # control cycle [s of site time]",
        _entry(heartbeat_s=HEARTBEAT_S) + "  # a device whose heartbeat stands still drops us",
        _entry(priority=SUPERVISOR_PRIORITY) + "  # the one BACnet priority that is written",
        _entry(evidence={"waived": True}) + "  # simulated: no drill, no Watch before Run",
        _entry(state="state"),
        _entry(store=store),
        _entry(clock={"kind": "published", "path": "clock.json"}),
        _entry(forecast={"kind": "file", "path": "forecast.csv"}),
        *_policy(policy),
        "\n# $/kWh by hour of the local day.",
        _block("tariff", _tariff(building)),
        _entry(carbon_kg_per_kwh=_rounded(building.tariff.carbon_kg_per_kwh)),
        "\n# When people are expected; what the rooms must be ready for.",
        _block("occupancy", _occupancy(building)),
        "\n# Our own BACnet device; port 0 is a free one.",
        "local:",
        "  bacnet: " + _flow({"address": "127.0.0.1:0", "device_instance": DAEMON_INSTANCE}),
        "\ndevices:",
        *_rows(_devices(network)),
        "\nzones:",
        *_rows(_zones(building)),
        "\nair_handlers:",
        *_rows(_air_handlers(building)),
        "\n# Overrides of the guard's limits: {zone: {...}, air_handler: {...}}; none.",
        "limits: {}",
        "\npoints:",
        *_rows(_point(point) for point in network.points),
    ]
    return "\n".join(sections) + "\n"


def _policy(policy: PolicyChoice | None) -> list[str]:
    if policy is None:
        return ["# policy: {bundle: PATH, trusted_keys: [...]}  # without one the base rule runs"]
    return [_block("policy", {"bundle": policy.bundle, "trusted_keys": list(policy.trusted_keys)})]


def _tariff(building: FieldBuilding) -> dict[str, Any]:
    tariff, schedule = building.tariff, building.schedule
    prices: dict[str, Any] = {
        "workday": _rounded(tariff.workday),
        "other": _rounded(tariff.other),
    }
    if (tariff.workdays, tariff.holidays) != (schedule.workdays, schedule.holidays):
        prices |= _days(tariff.workdays, tariff.holidays)
    return prices


def _occupancy(building: FieldBuilding) -> dict[str, Any]:
    schedule = building.schedule
    hours = {"start_h": schedule.start_h, "end_h": schedule.end_h}
    return _days(schedule.workdays, schedule.holidays) | hours


def _days(workdays: Sequence[int], holidays: Sequence[date]) -> dict[str, Any]:
    return {"workdays": [_WEEKDAYS[day] for day in workdays], "holidays": list(holidays)}


def _devices(network: FieldNetwork) -> Iterable[dict[str, Any]]:
    deadline_s = DEADLINE_S_A_DEVICE * len(network.devices)
    patience = {"deadline_s": round(deadline_s, 1)} if deadline_s > DEADLINE_S else {}
    for controller in network.controllers:
        yield {
            "name": controller.name,
            "adapter": "bacnet",
            "address": controller.address,
            "device_instance": controller.instance,
            "comes_back": str(ComesBack.BMS_LEASE),
            "heartbeat": {"object": "positive-integer-value,1"},
            **patience,
        }
    for gateway in network.gateways:
        host, port = gateway.address.rsplit(":", 1)
        yield {
            "name": gateway.name,
            "adapter": "modbus",
            "host": host,
            "port": int(port),
            "unit_id": UNIT_ID,
            "comes_back": str(ComesBack.DEVICE_TIMEOUT),
            "heartbeat": {"table": "holding", "register": HEARTBEAT_REGISTER, "type": "uint16"},
            **patience,
        }


def _zones(building: FieldBuilding) -> Iterable[dict[str, Any]]:
    for zone in building.zones:
        row: dict[str, Any] = {
            "name": zone.name,
            "area_m2": round(zone.area_m2, 2),
            "design_people": round(zone.design_people, 2),
            "full_light_lux": round(zone.full_light_lux, 1),
            "served_by": zone.served_by,
        }
        if zone.azimuth_deg is not None:
            row["azimuth_deg"] = zone.azimuth_deg
        yield row


def _air_handlers(building: FieldBuilding) -> Iterable[dict[str, Any]]:
    for handler in building.air_handlers:
        yield {
            "name": handler.name,
            "design_outdoor_air_m3_s": round(handler.design_outdoor_air_m3_s, 4),
        }


def _point(point: FieldPoint) -> dict[str, Any]:
    meaning = point.meaning
    row: dict[str, Any] = {
        "name": point.name,
        "device": point.device,
        "of": point.of,
        "brick": point.brick,
        "unit": meaning.unit,
    }
    if meaning.low is not None:
        row["low"] = meaning.low
    if meaning.high is not None:
        row["high"] = meaning.high
    row |= _place(point)
    if meaning.write is not None:
        row["write"] = {
            "minimum": meaning.write.minimum,
            "maximum": meaning.write.maximum,
            "deadband": meaning.write.deadband,
            "daily_writes": meaning.write.daily_writes,
        }
    return row


def _place(point: FieldPoint) -> dict[str, Any]:
    place = point.place
    if isinstance(place, BacnetPlace):
        return {"object": f"{place.kind},{place.instance}"}
    shown = {"table": "input", "register": place.register, "type": place.datatype}
    if place.coil is None:
        return {**shown, "word_order": "big"}
    return {
        "table": "holding",
        "register": place.register,
        "type": place.datatype,
        "word_order": "big",
        "effective": shown,
        "remote": {"table": "coil", "register": place.coil},
    }


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(float(value), 5) for value in values]


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _entry(**one: Any) -> str:
    ((key, value),) = one.items()
    return f"{key}: {_flow(value)}"


def _block(key: str, value: Mapping[str, Any]) -> str:
    return "\n".join([f"{key}:", *(f"  {name}: {_flow(one)}" for name, one in value.items())])


def _rows(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [f"  - {_flow(dict(row))}" for row in rows]
