"""Point lists in and out: EDE and its variants, VOLTTRON, Modbus maps, tables, site rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from adapters.commissioning.csv_text import number
from adapters.commissioning.ede import read_ede, write_ede
from adapters.commissioning.formats import ListFormat, detect, read_rows, write_rows
from adapters.commissioning.listed import Listed
from adapters.commissioning.modbus_map import read_modbus_map, write_modbus_map
from adapters.commissioning.unit_words import bacnet_code, read_unit
from adapters.commissioning.volttron import read_volttron
from hvac_rl.errors import ConfigError

EDE = """\
# Proposal_Engineering-Data-Exchange - B.I.G.-EU
PROJECT_NAME;Rathaus
VERSION_OF_REFERENCEFILE;3
TIMESTAMP_OF_LAST_CHANGE;04.08.2025
AUTHOR_OF_LAST_CHANGE;Müller
VERSION_OF_LAYOUT;2.3
#mandatory;mandatory;mandatory;mandatory;mandatory;optional;optional;optional;optional;optional
# keyname;device obj.-instance;object-name;object-type;object-instance;description;\
present-value-default;min-present-value;max-present-value;settable;supports COV;hi-limit;\
low-limit;state-text-reference;unit-code;vendor-specific-address
AS1;1201;VAV-1;8;1201;;;;;;;;;;;
k1;1201;EG_R012_Raumtemp;0;1;Raumtemperatur Büro;21,5;-10,0;50,0;N;Y;30,5;;;62;AI.1
k2;1201;EG_R012_Sollw_Heizen;2;7;Sollwert Heizen Komfort;;5;30;Y;N;;;;62;
k3;1201;EG_R012_Sollw_Kuehlen;2;8;Sollwert Kühlen Komfort;;15;40;Y;N;;;;62;
k4;1201;EG_R012_Betriebsart;19;3;Betriebsart;1;;;Y;;;;12;95;
k5;1201;Zeitplan;17;1;Schedule;;;;;;;;;;
"""
TEXTS = "#State Text Reference\nReference Number;Text 1;Text 2;Text 3\n12;Aus;Komfort;Nacht\n"
MAP = """\
Name,Slave,Function,Address,Data Type,Word Order,Factor,Einheit,Access,Description
VAV-1 Room temperature,3,holding,101,float,CDAB,,degC,R,room temperature
VAV-1 Damper position,3,input,7,uint16,,"0,1",%,R,damper feedback
Enable,3,coil,1,,,,,RW,run enable
"""


def save(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_ede_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = save(tmp_path / "house_EDE.csv", EDE, encoding)
    save(tmp_path / "house_StateTexts.csv", TEXTS, encoding)
    rows = read_ede(path)
    assert [row.instance for row in rows] == [1, 7, 8, 3], "the schedule is passed over"
    temperature, heating, _, mode = rows
    assert temperature.description == "Raumtemperatur Büro"
    assert temperature.device == "VAV-1"
    assert (temperature.default, temperature.minimum, temperature.high_limit) == (21.5, -10, 30.5)
    assert temperature.unit == "degrees-celsius"
    assert (temperature.settable, temperature.cov, heating.settable) == (False, True, True)
    assert mode.state_texts == ("Aus", "Komfort", "Nacht")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (";settable;", ";commandable;"),
        (";settable;", ";commandValue;"),
        ("device obj.-instance", "Device-Obj-Instance"),
        ("# keyname", "keyname"),
        ("vendor-specific-address", "vendor-specific-addres"),
        ("PROJECT_NAME", "# PROJECT_NAME"),
        (";", ","),
        (";", "\t"),
    ],
)
def test_ede_variants(tmp_path: Path, old: str, new: str) -> None:
    text = EDE.replace("21,5;-10,0;50,0", "21.5;-10.0;50.0").replace("30,5", "30.5")
    assert old in text
    path = save(tmp_path / "house.csv", text.replace(old, new))
    assert detect(path) is ListFormat.EDE
    rows = read_ede(path)
    assert [row.settable for row in rows] == [False, True, True, True]
    assert rows[0].vendor_address == "AI.1"


def test_ede_round_trip(tmp_path: Path) -> None:
    save(tmp_path / "house_StateTexts.csv", TEXTS)
    first = read_ede(save(tmp_path / "house_EDE.csv", EDE))
    for encoding in ("utf-8-sig", "cp1252"):
        again = tmp_path / f"again_{encoding}_EDE.csv"
        write_ede(again, first, "Rathaus", encoding)
        assert read_ede(again) == first


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("k1;1201;", "k1;many;", r":10: device obj.-instance: must be a number, not 'many'"),
        (";Y;N;;;;62;\nk3", ";perhaps;N;;;;62;\nk3", r":11: settable: must be Y or N"),
        ("object-instance;", "", r"no line with the columns of an EDE file"),
        ("2;7;Sollwert", "2;7.5;Sollwert", r":11: object-instance: must be a whole number"),
    ],
)
def test_ede_mistakes_name_line_and_column(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in EDE
    path = save(tmp_path / "x.csv", EDE.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        read_ede(path)


def test_ede_holds_no_registers(tmp_path: Path) -> None:
    register = Listed(device="g", name="r", modbus={"table": "input", "register": 1})
    with pytest.raises(ConfigError, match="BACnet objects only"):
        write_ede(tmp_path / "x.csv", [register], "p")
    assert not (tmp_path / "x.csv").exists()


def test_volttron_bacnet(tmp_path: Path) -> None:
    path = save(
        tmp_path / "vav-7.csv",
        "Reference Point Name,Volttron Point Name,Units,Unit Details,BACnet Object Type,Property,"
        "Writable,Index,Write Priority,Notes\n"
        "X/ZN-T,ZoneTemperature,degreesFahrenheit,-50.00 to 250.00,analogInput,presentValue,FALSE,"
        "3000109,,Resolution: 0.1\n"
        "X/CLGOCC-SP,OccupiedCoolingSetPoint,degreesFahrenheit,No limits. (default 74.0),"
        "analogValue,presentValue,TRUE,3000164,16,\n"
        "X/HTGOCC-SP,OccupiedHeatingSetPoint,degreesFahrenheit,,analogValue,presentValue,TRUE,"
        "3000167,16,\n"
        'X/MODE,Mode,State,State count: 7,multiStateValue,presentValue,FALSE,1,,"1=Cool, 2=Heat"\n'
        "X/ZN-T,Units,,,analogInput,units,FALSE,3000109,,\n",
    )
    assert detect(path) is ListFormat.VOLTTRON
    rows = read_volttron(path, device="VAV-7")
    assert [row.object_type for row in rows] == [
        "analog-input", "analog-value", "analog-value", "multi-state-value",
    ]  # fmt: skip
    assert (rows[0].minimum, rows[0].maximum, rows[0].instance) == (-50.0, 250.0, 3000109)
    drafts = read_rows(path, device="VAV-7")
    assert drafts[0].brick == "Zone_Air_Temperature_Sensor"
    assert [bool(row.write) for row in drafts] == [False, True, True, False]


def test_volttron_modbus(tmp_path: Path) -> None:
    path = save(
        tmp_path / "catalyst.csv",
        "Reference Point Name,Volttron Point Name,Units,Units Details,Modbus Register,Writable,"
        "Point Address,Default Value,Notes,Mixed Endian\n"
        "DaTemp,DischargeAirTemperature,F,(-)39.99 to 248.00,>f,FALSE,1009,,reading,\n"
        "CO2Stpt,CO2Setpoint,PPM,1000.00 (default),>f,TRUE,1011,1000,,TRUE\n"
        "Fan,FanStatus,On / Off,on/off,BOOL,FALSE,1112,,,\n"
        "Mode,Mode,On / Off,on/off,BOOL,TRUE,1110,,,\n"
        "Raw,Raw,,,<H,FALSE,7,,,\n",
    )
    temperature, co2, fan, mode, raw = read_volttron(path)
    assert temperature.modbus == {"table": "input", "register": 1009, "type": "float32"}
    assert (temperature.minimum, temperature.maximum) == (-39.99, 248.0)
    assert co2.modbus == {
        "table": "holding", "register": 1011, "type": "float32", "word_order": "little",
    }  # fmt: skip
    assert (fan.modbus["table"], mode.modbus["table"]) == ("discrete", "coil")
    assert raw.modbus["byte_order"] == "little"
    rows = read_rows(path)
    assert [row.write for row in rows] == [None] * 5, "a register's release is not known"


def test_a_registry_of_another_driver_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "x.csv", "Point Name,Volttron Point Name,Units\na,b,c\n")
    with pytest.raises(ConfigError, match="another driver"):
        read_volttron(path)


def test_modbus_map_says_how_registers_are_counted(tmp_path: Path) -> None:
    path = save(tmp_path / "gw.csv", MAP)
    assert detect(path) is ListFormat.MODBUS
    with pytest.raises(ConfigError, match="counted from 0 or from 1"):
        read_modbus_map(path)
    by_one = read_modbus_map(path, addressing="1")
    by_zero = read_modbus_map(path, addressing="0")
    assert [row.modbus["register"] for row in by_one] == [100, 6, 0]
    assert [row.modbus["register"] for row in by_zero] == [101, 7, 1]
    assert by_one[0].modbus == {
        "table": "holding", "register": 100, "type": "float32", "word_order": "little",
    }  # fmt: skip
    assert by_one[1].modbus["scale"] == 0.1
    assert (by_one[2].modbus, by_one[2].settable) == ({"table": "coil", "register": 0}, True)
    assert by_one[0].device == "gw-3"


def test_modbus_addresses_of_five_digits_say_it_themselves(tmp_path: Path) -> None:
    path = save(
        tmp_path / "gw.csv",
        "name;address;type;unit\nTemp;40101;int16;degC\nFlow;30001;uint32;m3/h\nOn;00017;bit;\n",
    )
    rows = read_modbus_map(path)
    assert [(row.modbus["table"], row.modbus["register"]) for row in rows] == [
        ("holding", 100), ("input", 0), ("coil", 16),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",float,", ",text,", ":2: type: 'text' is no data type"),
        ("holding", "register", ":2: table: must be coil"),
        (",101,", ",0,", ":2: register: 0 cannot be"),
        ("CDAB", "sideways", ":2: wordorder: must be big or little"),
    ],
)
def test_modbus_map_mistakes(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = save(tmp_path / "gw.csv", MAP.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        read_modbus_map(path, addressing="1")


def test_modbus_map_round_trip(tmp_path: Path) -> None:
    first = read_modbus_map(save(tmp_path / "gw.csv", MAP), addressing="1")
    write_modbus_map(tmp_path / "gw2.csv", first)
    again = read_modbus_map(tmp_path / "gw2.csv", device="gw", addressing="0")
    assert [row.modbus for row in again] == [row.modbus for row in first]
    assert [row.unit for row in again] == [row.unit for row in first]


def test_table_round_trip_keeps_drafts_and_facts(tmp_path: Path) -> None:
    save(tmp_path / "house_StateTexts.csv", TEXTS)
    rows = read_rows(save(tmp_path / "house_EDE.csv", EDE))
    rows += read_rows(save(tmp_path / "gw.csv", MAP), addressing="1")
    rows[0] = replace(rows[0], low=-10.0, high=50.0)
    table = tmp_path / "draft.csv"
    assert write_rows(table, rows) is ListFormat.TABLE
    assert read_rows(table) == [replace(row, listed=_comparable(row.listed)) for row in rows]


def _comparable(listed: Listed) -> Listed:
    return replace(listed, modbus=dict(listed.modbus))


def test_table_keeps_what_a_register_point_needs_to_be_given_back(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    row = {
        "name": "blind", "device": "gw", "of": "south", "brick": "Position_Command",
        "unit": "percent", "table": "holding", "register": 100, "type": "float32",
        "effective": {"table": "input", "register": 100, "type": "float32"},
        "remote": {"table": "coil", "register": 3},
        "write": {"minimum": 0.0, "maximum": 100.0, "deadband": 5.0, "daily_writes": 24,
                  "eeprom": True},
    }  # fmt: skip
    site.write_text(yaml.safe_dump({"points": [row]}))
    table, back = tmp_path / "t.csv", tmp_path / "back.yaml"
    write_rows(table, read_rows(site))
    write_rows(back, read_rows(table))
    assert yaml.safe_load(back.read_text("utf-8"))["points"] == [row]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("unit", "furlong", ":2: unit: 'furlong' is not one of"),
        ("deadband", "", ":3: deadband: is missing"),
        ("maximum", "2", ":3: minimum: must lie below maximum"),
        ("writable", "maybe", ":2: writable: must be Y or N"),
    ],
)
def test_table_mistakes(tmp_path: Path, column: str, value: str, said: str) -> None:
    table = tmp_path / "draft.csv"
    write_rows(table, read_rows(save(tmp_path / "h.csv", EDE)), encoding="utf-8")
    lines = table.read_text("utf-8").splitlines()
    index = lines[0].split(";").index(column)
    changed = [
        ";".join(value if k == index else cell for k, cell in enumerate(line.split(";")))
        for line in lines[1:]
    ]
    table.write_text("\n".join([lines[0], *changed]), "utf-8")
    with pytest.raises(ConfigError, match=said):
        read_rows(table)


def test_draft_yaml_is_rows_of_a_site_file(tmp_path: Path) -> None:
    rows = read_rows(save(tmp_path / "house.csv", EDE))
    out = tmp_path / "draft.yaml"
    write_rows(out, rows)
    raw = yaml.safe_load(out.read_text("utf-8"))
    assert raw["devices"][0]["device_instance"] == 1201
    assert raw["zones"][0]["name"] == "EG_R012"
    names = [point["name"] for point in raw["points"]]
    assert names == ["EG_R012_Raumtemp", "EG_R012_Sollw_Heizen", "EG_R012_Sollw_Kuehlen"]
    assert raw["points"][1]["write"]["maximum"] == 30.0
    assert "EG_R012_Betriebsart" in out.read_text("utf-8"), "what is not used is said"
    again = read_rows(out)
    assert [(row.name, row.brick, row.write) for row in again] == [
        (row.name, row.brick, row.write) for row in rows if row.mapped
    ]


def test_a_command_without_its_write_section_is_left_for_a_person(tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    text = EDE.replace(";Y;N;;;;62;\nk4", ";N;N;;;;62;\nk4")
    assert text != EDE
    write_rows(out, read_rows(save(tmp_path / "house.csv", text)))
    names = [point["name"] for point in yaml.safe_load(out.read_text("utf-8"))["points"]]
    assert names == ["EG_R012_Raumtemp"]
    assert "# - {name: EG_R012_Sollw_Heizen" in out.read_text("utf-8")
    assert "it cannot be commanded" in out.read_text("utf-8")


def test_what_is_none_of_ours_is_said(tmp_path: Path) -> None:
    path = save(tmp_path / "x.csv", "a,b,c\n1,2,3\n")
    with pytest.raises(ConfigError, match="is none of: EDE"):
        read_rows(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_rows(tmp_path / "not-there.csv")
    empty = save(tmp_path / "e.csv", "")
    with pytest.raises(ConfigError, match="is none of"):
        read_rows(empty)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("21,5", 21.5), ("21.5", 21.5), ("1.234,5", 1234.5), ("1,234.5", 1234.5),
        ("2.5e-05", 2.5e-5), ("-40", -40.0), ("1 000", 1000.0), ("", None),
    ],
)  # fmt: skip
def test_numbers_as_spreadsheets_write_them(text: str, value: float | None) -> None:
    assert number(text, "x") == value


@pytest.mark.parametrize(
    ("text", "unit", "quantity", "code"),
    [
        ("62", "degC", "temperature", 62), ("degreesFahrenheit", "degF", "temperature", 64),
        ("DEG F", "degF", "temperature", 64), ("K", "delta_degC", "temperature_difference", 121),
        ("inches-of-water", "inH2O", "pressure", 58), ("IN WC", "inH2O", "pressure", 58),
        ("%RH", "percent", "humidity", 29), ("m³/h", "m3/h", "flow", 135),
        ("95", "", "", 95), ("", "", "", None), ("parrots", "", "", None),
    ],
)  # fmt: skip
def test_units_as_lists_write_them(text: str, unit: str, quantity: str, code: int | None) -> None:
    said = read_unit(text)
    assert (said.unit, said.quantity) == (unit, quantity)
    assert bacnet_code(text) == code
