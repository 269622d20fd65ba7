"""The text of a site file: YAML into the schema, and where each key stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import ValidationError

from hvac_rl.errors import ConfigError
from hvac_rl.service.site_schema import SiteDocument

# The file of a large building has thousands of rows: libyaml reads it ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Names:
    """Where a key stands: "site.yaml:12: devices[0].address"."""

    def __init__(self, path: Path, lines: Mapping[tuple[object, ...], int]) -> None:
        self.path = path
        self._lines = lines

    def where(self, *keys: object) -> str:
        text = ""
        for key in keys:
            text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
        known = tuple(keys)
        while known and known not in self._lines:
            known = known[:-1]
        line = f":{self._lines[known]}" if known else ""
        return f"{self.path}{line}: {text}" if text else f"{self.path}"


def parse(path: Path) -> tuple[SiteDocument, Names]:
    """The document of a site file; raises ConfigError naming file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            str(path),
            f"cannot be read: {error.strerror}",
            "hvac-rl simulate writes a site file to start from.",
        ) from error
    try:
        tree = yaml.compose(text, Loader=_LOADER)
        raw = yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise ConfigError(str(path), f"is not YAML: {error}") from error
    lines: dict[tuple[object, ...], int] = {}
    if tree is not None:
        _note_lines(tree, (), lines)
    try:
        return SiteDocument.model_validate(raw), Names(path, lines)
    except ValidationError as error:
        first = error.errors()[0]
        names = Names(path, lines)
        message = {"missing": "is missing", "extra_forbidden": "is not a key of a site file"}.get(
            first["type"], first["msg"].removeprefix("Value error, ")
        )
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise ConfigError(names.where(*first["loc"]), message + more) from error


def _note_lines(
    node: yaml.Node, keys: tuple[object, ...], lines: dict[tuple[object, ...], int]
) -> None:
    lines[keys] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _note_lines(value, (*keys, key.value), lines)
            lines[(*keys, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*keys, index), lines)
