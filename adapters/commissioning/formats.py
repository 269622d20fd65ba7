"""Which format a point list is in, and reading and writing each of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from adapters.commissioning import ede, modbus_map, point_table, volttron
from adapters.commissioning.csv_text import read_lines, read_text
from adapters.commissioning.listed import Drafted, Listed
from adapters.commissioning.proposing import draft
from adapters.commissioning.site_rows import draft_yaml, read_site_rows
from hvac_rl.errors import ConfigError


class ListFormat(StrEnum):
    EDE = "ede"
    VOLTTRON = "volttron"
    MODBUS = "modbus"
    TABLE = "csv"
    YAML = "yaml"


def detect(path: Path, encoding: str | None = None) -> ListFormat:
    """By its ending and its heading. Raises ConfigError when it is none of ours."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return ListFormat.YAML
    text = read_text(path, encoding)
    lines = read_lines(text)
    for known, looks in (
        (ListFormat.TABLE, point_table.looks_like_table),
        (ListFormat.EDE, ede.looks_like_ede),
        (ListFormat.MODBUS, modbus_map.looks_like_modbus_map),
    ):
        if looks(lines):
            return known
    if volttron.looks_like_volttron(read_lines(text, ",")):
        return ListFormat.VOLTTRON
    raise ConfigError(
        str(path),
        "is none of: EDE, VOLTTRON registry, Modbus map, point table, site file",
        "ADAPTERS.md lists the columns that each needs; --format says which it is meant to be.",
    )


def read_rows(
    path: Path,
    *,
    format: ListFormat | None = None,
    encoding: str | None = None,
    device: str = "",
    addressing: str | None = None,
) -> list[Drafted]:
    """A list as a draft: foreign lists are mapped, our own tables and site files taken as they
    are. Raises ConfigError naming file, line and column."""
    chosen = format or detect(path, encoding)
    if chosen is ListFormat.YAML:
        return read_site_rows(path)
    if chosen is ListFormat.TABLE:
        return point_table.read_table(path, encoding)
    listed: Sequence[Listed]
    if chosen is ListFormat.EDE:
        listed = ede.read_ede(path, encoding)
    elif chosen is ListFormat.VOLTTRON:
        listed = volttron.read_volttron(path, encoding, device)
    else:
        listed = modbus_map.read_modbus_map(path, encoding, device, addressing)
    if not listed:
        raise ConfigError(str(path), "lists no point")
    return draft(listed)


def write_rows(
    path: Path,
    rows: Sequence[Drafted],
    *,
    format: ListFormat | None = None,
    encoding: str = "utf-8-sig",
    project: str = "",
) -> ListFormat:
    """Writes the format asked for, by default the one of the file's ending; answers which."""
    yaml_name = path.suffix.lower() in (".yaml", ".yml")
    chosen = format or (ListFormat.YAML if yaml_name else ListFormat.TABLE)
    if chosen is ListFormat.YAML:
        try:
            path.write_text(draft_yaml(rows), encoding="utf-8")
        except OSError as error:
            raise ConfigError(str(path), f"cannot be written: {error.strerror}") from error
    elif chosen is ListFormat.TABLE:
        point_table.write_table(path, rows, encoding)
    elif chosen is ListFormat.EDE:
        ede.write_ede(path, [row.listed for row in rows], project or path.stem, encoding)
    elif chosen is ListFormat.MODBUS:
        modbus_map.write_modbus_map(path, [row.listed for row in rows], encoding)
    else:
        raise ConfigError(str(path), "VOLTTRON registries are read, not written")
    return chosen
