"""``hvac-rl building`` as a person runs it, and one clear error for everything wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from hvac_rl.errors import ConfigError
from sim_buildings.building import CATALOG, catalogue
from sim_buildings.building_commands import building
from sim_buildings.weather_files import weather_path

OFFICE = (CATALOG / "small_office.toml").read_text(encoding="utf-8")
WIDE = {"COLUMNS": "160"}


def run_here(*arguments: object) -> typer.testing.Result:  # type: ignore[name-defined]
    return CliRunner(env=WIDE).invoke(building, list(map(str, arguments)))


def command_line(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hvac_rl.cli", "building", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_the_list_names_every_building() -> None:
    done = run_here("list")
    assert done.exit_code == 0, done.output
    rows = {line.split("│")[1].strip(): line for line in done.output.splitlines() if "│" in line}
    assert set(rows) == set(catalogue())
    assert "200" in rows["large_office"]
    assert "28,507" in rows["large_office"]
    assert "gas boiler, water-cooled chiller" in rows["large_office"]
    assert "no cooling" in rows["house"]
    assert "office, meeting, core" in rows["large_office"]


def test_list_and_data_need_no_compiler_and_no_weather() -> None:
    probe = (
        "import sys\nfrom typer.testing import CliRunner\n"
        "from sim_buildings.building_commands import building\n"
        "for arguments in (['list'], ['show', 'house']):\n"
        "    assert CliRunner().invoke(building, arguments).exit_code == 0\n"
        "print(sorted(set(sys.modules) & {'numba', 'pvlib', 'pandas', 'matplotlib'}))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_help_needs_nothing_at_all() -> None:
    probe = (
        "import sys, sim_buildings.building_commands\n"
        "print(sorted(set(sys.modules) & {'numba', 'pvlib', 'numpy', 'holidays', 'matplotlib'}))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", catalogue())
def test_every_building_shows_its_data(name: str) -> None:
    done = run_here("show", name)
    assert done.exit_code == 0, done.output
    for title in ("Zones", "Envelope", "Window over facade area", "Gains", "Air handlers", "Plant"):
        assert title in done.output


def test_figures_are_those_of_the_file() -> None:
    text = run_here("show", "small_office").output
    assert "21.2% of the facade" in text
    for part, value in (
        ("outer wall, U", "0.704"),
        ("window, U", "3.24"),
        ("infiltration", "0.000569"),
        ("│ south ", "24.4"),
        ("│ occupied ", "06:00–20:00"),
        ("│ ahu ", "1364"),
        ("│ heating ", "74"),
    ):
        assert any(part in line and value in line for line in text.splitlines()), part
    # 200 zones are one storey's rooms, eight air handlers that are alike one row.
    large = run_here("show", "large_office").output
    assert "Zones of each of 8 storeys" in large
    assert "ahu1 … ahu8" in large
    assert len(large.splitlines()) < 110


def test_weather_is_shown_where_it_is_named() -> None:
    text = run_here("show", "house", "--weather", "miami_tmy2").output
    assert "25.80° N, 80.27° W" in text
    assert "Weather" not in run_here("show", "house").output


def broken(tmp_path: Path, old: str, new: str) -> Path:
    assert OFFICE.count(old) >= 1
    path = tmp_path / "mine.toml"
    path.write_text(OFFICE.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("area_m2 = 149.66", "area_m2 = -1.0", "zones[0].area_m2: must be more than 0"),
        (
            "heating_capacity_w = 74000.0",
            "heating_capacity_w = 0.0",
            "plant.heating_capacity_w: is 0, but zones have a reheat_capacity_w",
        ),
        ("cooling_cop = 3.8", "cooling_cop = 0.0", "plant.cooling_cop: must be more than 0"),
        ("wall_u_w_m2_k = 0.704", "", "zones[0].wall_u_w_m2_k: missing"),
        (
            "area_per_person_m2 = 18.58",
            "area_per_person_m2 = 0.001",
            "zones[0].area_per_person_m2: must lie in 0.1 to inf",
        ),
        (
            "area_per_person_m2 = 18.58",
            "area_per_person_m2 = 1e6",
            "zones[0].area_per_person_m2: leaves 0.00015 people in 149.66 m2",
        ),
        ('country = "US"', 'country = "XX"', "holidays_country: there is no 'XX'"),
        ('division = "NC"', 'division = "Bavaria"', "holidays_subdivision: US has no 'Bavaria'"),
    ],
)
def test_an_impossible_building_is_one_error_with_file_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    done = run_here("show", broken(tmp_path, old, new))
    assert isinstance(done.exception, ConfigError)
    assert str(done.exception).startswith(f"mine.toml: {said}")


def epw(tmp_path: Path, kind: str) -> Path:
    """A bundled year made wrong."""
    lines = weather_path("greensboro").read_text(encoding="latin-1").splitlines()
    if kind == "gap":
        # One hour is missing, another comes twice: the length is right.
        lines = [*lines[:3000], *lines[3001:5001], lines[5000], *lines[5001:]]
    elif kind == "short":
        lines = lines[:5000]
    elif kind == "reading":
        cells = lines[3001].split(",")
        cells[31] = "-9900"
        lines[3001] = ",".join(cells)
    elif kind == "place":
        lines[0] = lines[0].replace("36.1", "361")
    elif kind == "empty":
        lines = []
    path = tmp_path / "year.csv"
    path.write_text("\n".join(lines), encoding="latin-1")
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("gap", "year.csv: a gap after hour 2998"),
        ("short", "year.csv: has 4998 hours; a year has 8760"),
        ("reading", "year.csv: temp_air: hour 3000 of the year is -9900"),
        ("place", "year.csv: latitude_deg: must lie in -90 to 90"),
        ("empty", "year.csv: is not a TMY3, TMY2 or EPW file"),
    ],
)
def test_wrong_weather_is_one_error_before_anything_is_shown(
    tmp_path: Path, kind: str, said: str
) -> None:
    done = run_here("show", "house", "--weather", epw(tmp_path, kind))
    assert isinstance(done.exception, ConfigError)
    assert said in str(done.exception)
    assert done.output == ""


def test_the_command_line_ends_with_the_sentence_and_a_code(tmp_path: Path) -> None:
    not_text = tmp_path / "bytes.toml"
    not_text.write_bytes(b"\xff\xfe\x00")
    for arguments, said in (
        (("show", "castle"), "error: castle: is not in the catalogue"),
        (("show", "house", "--weather", "mars"), "error: mars: is neither a file nor bundled"),
        (("show", broken(tmp_path, "area_m2 = 149.66", "area_m2 = -1")), "zones[0].area_m2: must"),
        (("show", not_text), "bytes.toml: is not TOML"),
        (("show", "house", "--weather", epw(tmp_path, "short")), "has 4998 hours"),
        (("show", "house", "--out", tmp_path / "house.pdf"), "must be the path of a .png file"),
    ):
        done = command_line(*arguments)
        assert done.returncode == 2, done.stderr
        assert said in done.stderr.replace("\n", "")
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_a_mapping_needs_its_extra() -> None:
    without = (
        "import sys\nsys.modules['pyenergyplus'] = None\nsys.argv[0] = 'hvac-rl'\n"
        "from hvac_rl.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", without, "building", "map", "small_office", "usa_il_chicago"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert "the engine is not installed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_drafted_mapping_can_be_read_back(tmp_path: Path) -> None:
    pytest.importorskip("pyenergyplus", reason="the EnergyPlus engine is not installed")
    from sim_buildings.energyplus.mapping import load_mapping

    out = tmp_path / "new" / "mapping.toml"
    done = run_here("map", "small_office", "usa_il_chicago", "--out", out)
    assert done.exit_code == 0, done.output
    assert len(load_mapping(out).zones) == 5
    again = run_here("map", "small_office", "usa_il_chicago", "--out", out)
    assert isinstance(again.exception, ConfigError)
    assert "is there already" in str(again.exception)
    unknown = run_here("map", "castle", "usa_il_chicago", "--out", tmp_path / "x.toml")
    assert str(unknown.exception).startswith("castle: is neither a model")
