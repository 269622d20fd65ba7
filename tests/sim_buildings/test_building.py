"""The catalogue, and every wrong file refused with file, key and reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.building import CATALOG, load_building
from sim_buildings.parameters import parameters

TEXT = (CATALOG / "small_office.toml").read_text(encoding="utf-8")


def test_the_small_office() -> None:
    building = load_building("small_office")
    assert building.zone_names == ("core", "south", "east", "north", "west")
    assert sum(zone.roof_area_m2 for zone in building.zones) == pytest.approx(27.69 * 18.46, 1e-3)
    gross = sum(zone.wall_area_m2 + zone.window_area_m2 for zone in building.zones)
    assert gross == pytest.approx(2 * (27.69 + 18.46) * 3.05, rel=1e-3)
    glass = sum(zone.window_area_m2 for zone in building.zones)
    assert glass / gross == pytest.approx(0.212, abs=0.001)  # Deru et al.: 21.2 %
    assert np.isnan(building.zones[0].azimuth_deg)
    assert building.zones[1].azimuth_deg == 180.0


def test_exchange_between_zones_is_symmetric() -> None:
    zones = parameters(load_building("small_office")).zones
    assert (zones.exchange_w_per_k == zones.exchange_w_per_k.T).all()
    assert (zones.mixing_m3_s == zones.mixing_m3_s.T).all()
    assert not zones.exchange_w_per_k.diagonal().any()


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("area_m2 = 149.66", "area_m2 = -1.0", "zones[0].area_m2", "more than 0"),
        ("area_m2 = 149.66", 'area_m2 = "big"', "zones[0].area_m2", "must be a number"),
        ("area_m2 = 149.66", "area_m2 = nan", "zones[0].area_m2", "must be a number"),
        ("area_m2 = 149.66\n", "", "zones[0].area_m2", "missing"),
        ("area_m2 = 149.66", "area_m2 = 149.66\nsofas = 3", "zones[0].sofas", "unknown key"),
        ("window_shgc = 0.39", "window_shgc = 1.2", "zones[0].window_shgc", "0 to 1"),
        ("azimuth_deg = 180.0", "azimuth_deg = 400.0", "zones[1].facades[0].azimuth_deg", "360"),
        ("facades = []", "", "zones[0].facades", "must be a list"),
        ('name = "south"', 'name = "core"', "zones[1].name", "twice"),
        ("airflow_min_m3_s = 0.09", "airflow_min_m3_s = 9.0", "zones[0].airflow_min_m3_s", "more"),
        (
            "airflow_max_m3_s = 0.45",
            "airflow_max_m3_s = 9.0",
            "zones[0].airflow_max_m3_s",
            "changes the air",
        ),
        ("wall_u_w_m2_k = 0.704", "wall_u_w_m2_k = 9.0", "zones[0].wall_u_w_m2_k", "less than"),
        ('between = ["core", "south"]', 'between = ["core", "attic"]', "interfaces[0]", "attic"),
        ('between = ["core", "south"]', 'between = ["core", "core"]', "interfaces[0]", "different"),
        ('between = ["core", "south"]', 'between = ["core"]', "interfaces[0]", "two zones"),
        ("cooling_capacity_w = 36000.0", "cooling_capacity_w = 0", "plant.cooling_capacity_w", "0"),
        ("[plant]", "[planet]", "plant", "missing"),
        ("occupied_heating_c = 21.0", "occupied_heating_c = 25.0", "bms.occupied_heating", "less"),
        ("start_h = 8.0", "start_h = 20.0", "schedule.start_h", "less than end_h"),
        ('title = "Small office"', "title = 3", "title", "must be a text"),
        ('title = "Small office"', 'title = "x"\ncolour = "red"', "colour", "unknown key"),
    ],
)
def test_a_wrong_file_is_refused(
    tmp_path: Path, old: str, new: str, where: str, message: str
) -> None:
    assert old in TEXT
    path = tmp_path / "office.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_building(path)
    assert refused.value.where.startswith(f"office.toml: {where}")
    assert message in str(refused.value)


def test_what_is_not_there_or_not_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="small_office"):
        load_building("castle")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_building(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("a = = 3")
    with pytest.raises(ConfigError, match="is not TOML"):
        load_building(tmp_path / "bad.toml")
