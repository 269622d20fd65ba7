"""An EnergyPlus model as data: epJSON, names without regard to case as in the engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hvac_rl.errors import ConfigError
from sim_buildings.energyplus.package import model_path
from sim_buildings.energyplus.worker import Worker

Fields = dict[str, Any]
Table = dict[str, dict[str, Fields]]
"""epJSON: object type, then object name, then fields."""


class Model:
    """One model. ``table`` is never changed: copies are."""

    def __init__(self, name: str, table: Table) -> None:
        self.name = name
        self.table = table

    def of(self, *kinds: str) -> Iterator[tuple[str, str, Fields]]:
        """(type, name, fields) of every object of these types."""
        for kind in kinds:
            for name, fields in self.table.get(kind, {}).items():
                yield kind, name, fields

    def names(self, *kinds: str) -> list[str]:
        """The names of all objects of these types."""
        return [name for _, name, _ in self.of(*kinds)]

    def find(self, kind: str, name: str) -> Fields | None:
        """The object of this type and name, whatever its case."""
        for _, known, fields in self.of(kind):
            if same(known, name):
                return fields
        return None

    def expand(self, list_kind: str, item: str, name: str) -> list[str]:
        """The members of the list of this name, or the name itself. ``item``: the members' key."""
        fields = self.find(list_kind, name)
        if fields is None:
            return [name]
        return [
            str(value)
            for row in next((v for v in fields.values() if isinstance(v, list)), [])
            if isinstance(value := row.get(item), str)
        ]

    def one(self, kind: str) -> Fields:
        """The single object of this type; {} without one."""
        return next((fields for _, _, fields in self.of(kind)), {})


def same(one: object, other: object) -> bool:
    """Whether two names are the same to the engine."""
    return str(one).casefold() == str(other).casefold()


def load_model(model: str | Path, worker: Worker) -> Model:
    """A model by reference name, IDF (converted by the engine) or epJSON.

    Raises ConfigError for a file that is none, EnergyPlusError for one that the engine refuses.
    """
    path = model_path(model)
    if path.suffix.lower() == ".idf":
        text = worker.convert(path)
    else:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(str(path), f"cannot be read: {error}") from error
    try:
        table = json.loads(text)
    except ValueError as error:
        raise ConfigError(str(path), f"is not JSON: {error}") from error
    if not isinstance(table, dict) or "Zone" not in table:
        raise ConfigError(str(path), "is not an EnergyPlus model: it has no Zone")
    if not isinstance(table.get("SizingPeriod:DesignDay", {}), dict):
        raise ConfigError(f"{path}: SizingPeriod:DesignDay", "is not a table of objects")
    return Model(path.name, table)
