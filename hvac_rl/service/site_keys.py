"""Small checks that every section of a site file needs."""

from __future__ import annotations

from typing import Any

from hvac_rl.errors import ConfigError
from hvac_rl.service.site_schema import DeviceRow, KillRow, PointRow
from hvac_rl.service.site_text import Names


def unique(values: list[str], section: str, names: Names) -> None:
    """Raises ConfigError for a name that is there twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ConfigError(names.where(section, index, "name"), f"{value!r} is there twice")


def extra(row: DeviceRow | PointRow | KillRow) -> dict[str, object]:
    """The keys that belong to the adapter kind."""
    return dict(row.model_extra or {})


def parsed(parse: Any, raw: dict[str, object], names: Names, *keys: object, **more: Any) -> Any:
    """Let the adapter kind parse its own keys; its ValueError("key: what") gains file and line."""
    try:
        return parse(raw, **more)
    except ValueError as error:
        key, _, what = str(error).partition(": ")
        if not what:
            raise ConfigError(names.where(*keys), str(error)) from error
        raise ConfigError(names.where(*keys, *key.split(".")), what) from error
