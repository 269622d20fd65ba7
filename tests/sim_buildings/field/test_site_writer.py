"""The site file is what the daemon expects, and says what the devices really are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from hvac_rl.control.bundle import DEMO_PUBLIC_KEY
from hvac_rl.errors import ConfigError
from hvac_rl.points import ComesBack
from hvac_rl.service.site_file import Site, load_site
from sim_buildings.field.site_writer import PolicyChoice, site_yaml

KEYS = {
    "site",
    "timezone",
    "cycle_s",
    "heartbeat_s",
    "priority",
    "state",
    "store",
    "clock",
    "evidence",
    "forecast",
    "tariff",
    "carbon_kg_per_kwh",
    "occupancy",
    "local",
    "devices",
    "zones",
    "air_handlers",
    "limits",
    "points",
}


def loaded(network, folder: Path, **more) -> Site:
    path = folder / "site.yaml"
    path.write_text(site_yaml(network, **more))
    return load_site(path)


async def test_has_every_section(network) -> None:
    document = yaml.safe_load(site_yaml(network))
    assert set(document) == KEYS
    policy = PolicyChoice("../bundle", ("ed25519:AAAA",))
    with_policy = yaml.safe_load(site_yaml(network, policy=policy))
    assert set(with_policy) == KEYS | {"policy"}
    assert with_policy["policy"] == {"bundle": "../bundle", "trusted_keys": ["ed25519:AAAA"]}


async def test_the_daemon_takes_it_whole(network, tmp_path) -> None:
    site = loaded(network, tmp_path, policy=PolicyChoice("bundle", (DEMO_PUBLIC_KEY,)))
    assert site.priority == 13
    assert {p.name for p in site.plant.points()} == {p.name for p in network.points}
    assert set(site.devices) == {"ahu-1", "vav-south", "vav-core", "room-gateway"}
    assert all(device.on_loopback and device.heartbeat for device in site.devices.values())
    south, core = site.plant.zones
    assert set(south.commands) == {"heating", "cooling", "blind", "light"}
    assert set(core.commands) == {"heating", "cooling", "light"}
    assert "facade_irradiance" in south.sensors
    assert "facade_irradiance" not in core.sensors
    assert set(site.plant.air_handlers[0].commands) == {
        "enable",
        "supply_air",
        "static_pressure",
        "outdoor_air",
    }
    assert set(site.plant.sensors) == {
        "outdoor_air_temperature",
        "wind_speed",
        "global_irradiance",
        "power",
        "energy",
    }


async def test_says_how_each_device_comes_back(network, tmp_path) -> None:
    site = loaded(network, tmp_path)
    assert site.devices["room-gateway"].comes_back is ComesBack.DEVICE_TIMEOUT
    assert site.devices["vav-south"].comes_back is ComesBack.BMS_LEASE


async def test_addresses_are_those_listened_on(network) -> None:
    document = yaml.safe_load(site_yaml(network))
    written = {
        row["name"]: row.get("address") or f"{row['host']}:{row['port']}"
        for row in document["devices"]
    }
    assert written == {device.name: device.address for device in network.devices}
    instances = {row["name"]: row.get("device_instance") for row in document["devices"]}
    assert instances == {"ahu-1": 1001, "vav-south": 1002, "vav-core": 1003, "room-gateway": None}


def test_the_time_zone_has_the_sign_of_posix(building) -> None:
    assert building.timezone == "Etc/GMT+5"
    assert replace(building, utc_offset_h=2.0).timezone == "Etc/GMT-2"
    assert replace(building, utc_offset_h=0.0).timezone == "Etc/UTC"
    with pytest.raises(ConfigError, match="not a whole number of hours"):
        _ = replace(building, utc_offset_h=5.5).timezone


@pytest.mark.parametrize("name", ["core", "ahu-1", "site"])
def test_parts_of_one_name_are_refused(building, name) -> None:
    zones = (replace(building.zones[0], name=name), building.zones[1])
    with pytest.raises(ConfigError, match=f"two_rooms: '{name}' is the name of two of its parts"):
        replace(building, zones=zones)
