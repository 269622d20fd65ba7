"""A two-zone site on in-process devices, for tests of everything above the adapters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

PRICES = [0.14] * 7 + [0.25] * 5 + [0.45] * 6 + [0.25] * 4 + [0.14] * 2


def point(name: str, of: str, brick: str, unit: str, obj: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "device": more.pop("device", f"ctl-{of}"), "of": of, "brick": brick,
        "unit": unit, "object": obj, **more,
    }  # fmt: skip


def _write(minimum: float, maximum: float) -> dict[str, float]:
    return {"minimum": minimum, "maximum": maximum, "deadband": 0.05, "daily_writes": 96}


def zone_points(zone: str) -> list[dict[str, Any]]:
    return [
        point(f"{zone}.air", zone, "Zone_Air_Temperature_Sensor", "degC", "air", low=-10, high=50),
        point(f"{zone}.co2", zone, "Zone_CO2_Level_Sensor", "ppm", "co2", low=200, high=10000),
        point(f"{zone}.occupancy", zone, "Occupancy_Sensor", "bool", "occupancy"),
        point(f"{zone}.daylight", zone, "Illuminance_Sensor", "lux", "daylight"),
        point(
            f"{zone}.heating", zone, "Heating_Zone_Air_Temperature_Setpoint", "degC", "heating",
            write=_write(8, 30),
        ),
        point(
            f"{zone}.cooling", zone, "Cooling_Zone_Air_Temperature_Setpoint", "degC", "cooling",
            write=_write(8, 40),
        ),
        point(f"{zone}.blind", zone, "Position_Command", "percent", "blind", write=_write(0, 100)),
        point(
            f"{zone}.light", zone, "Lighting_Level_Command", "percent", "light",
            write=_write(0, 100),
        ),
    ]  # fmt: skip


def site_document() -> dict[str, Any]:
    """A complete, valid site file as plain data."""
    handler = [
        point("ahu.supply", "ahu", "Supply_Air_Temperature_Sensor", "degC", "supply"),
        point("ahu.enable", "ahu", "Run_Enable_Command", "bool", "enable", write=_write(0, 1)),
        point(
            "ahu.supply_air", "ahu", "Supply_Air_Temperature_Setpoint", "degC", "supply_air",
            write=_write(10, 25),
        ),
        point(
            "ahu.static", "ahu", "Supply_Air_Static_Pressure_Setpoint", "Pa", "static",
            write=_write(20, 600),
        ),
        point(
            "ahu.outdoor_air", "ahu", "Outside_Air_Flow_Setpoint", "L/s", "outdoor_air",
            write=_write(0, 500),
        ),
        point("outdoor", "site", "Outside_Air_Temperature_Sensor", "degC", "outdoor",
              device="ctl-ahu", low=-50, high=60),
        point("wind", "site", "Wind_Speed_Sensor", "m/s", "wind", device="ctl-ahu"),
        point("ghi", "site", "Solar_Irradiance_Sensor", "W/m2", "ghi", device="ctl-ahu"),
    ]  # fmt: skip
    zone_objects = {"air": 21.5, "co2": 600.0, "occupancy": 1.0, "daylight": 100.0, "beat": 0.0}
    zone_commands = {"heating": 20.0, "cooling": 26.0, "blind": 0.0, "light": 100.0}
    devices = [
        {
            "name": f"ctl-{zone}", "adapter": "memory", "comes_back": "bms_lease",
            "heartbeat": {"object": "beat"}, "deadline_s": 0.2,
            "objects": zone_objects, "commandable": zone_commands,
        }
        for zone in ("south", "north")
    ]  # fmt: skip
    devices.append(
        {
            "name": "ctl-ahu", "adapter": "memory", "comes_back": "bms_lease",
            "heartbeat": {"object": "beat"}, "deadline_s": 0.2,
            "objects": {"supply": 13.0, "outdoor": 5.0, "wind": 2.0, "ghi": 100.0, "beat": 0.0},
            "commandable": {"enable": 1.0, "supply_air": 12.8, "static": 250.0,
                            "outdoor_air": 200.0},
        }
    )  # fmt: skip
    zone = {"area_m2": 100.0, "design_people": 5.0, "full_light_lux": 550.0, "served_by": "ahu"}
    return {
        "site": "Test site",
        "timezone": "Etc/GMT+5",
        "cycle_s": 900,
        "evidence": {"waived": True},
        "tariff": {"workday": PRICES, "other": [0.14] * 24},
        "occupancy": {"workdays": ["mon", "tue", "wed", "thu", "fri"], "start_h": 8, "end_h": 18},
        "devices": devices,
        "zones": [{"name": "south", "azimuth_deg": 180.0, **zone}, {"name": "north", **zone}],
        "air_handlers": [{"name": "ahu", "design_outdoor_air_m3_s": 0.3}],
        "points": [*zone_points("south"), *zone_points("north"), *handler],
    }


@pytest.fixture
def document() -> dict[str, Any]:
    return site_document()


@pytest.fixture
def write_site(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def write(document: dict[str, Any]) -> Path:
        path = tmp_path / "site.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False))
        return path

    return write
