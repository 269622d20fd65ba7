"""The modes a person has set, kept in the state folder across restarts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hvac_rl.control.modes import Band, Mode, Modes, Setting
from hvac_rl.errors import HvacRlError
from hvac_rl.service.durable import read_json, replace_text
from hvac_rl.zones import SITE

FILE = "modes.json"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A setting, since when (site time) and why."""

    setting: Setting
    since_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class ModeState:
    """``accepted``: points that only the watchdog stands behind, and who accepted that why."""

    site: Chosen
    zones: Mapping[str, Chosen] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)

    def modes(self) -> Modes:
        zones = {name: chosen.setting for name, chosen in self.zones.items()}
        return Modes(self.site.setting, zones)

    def chosen(self, of: str) -> Chosen:
        return self.site if of == SITE else self.zones.get(of, self.site)

    def with_setting(self, of: str, chosen: Chosen) -> ModeState:
        """The site's mode, or one zone's own."""
        if of == SITE:
            return replace(self, site=chosen)
        return replace(self, zones={**self.zones, of: chosen})


def first_state(waived: bool) -> ModeState:
    """Before anybody has set anything: Watch, or Run where a simulated site needs no evidence."""
    if waived:
        return ModeState(Chosen(Setting(Mode.RUN, Band.FULL), 0.0, "evidence waived: simulated"))
    return ModeState(Chosen(Setting(Mode.WATCH), 0.0, "the first start"))


def load_modes(state_dir: Path, waived: bool) -> ModeState:
    """Raises HvacRlError for a file that is damaged: a mode is never guessed."""
    path = state_dir / FILE
    row = read_json(path)
    if row is None:
        return first_state(waived)
    try:
        return ModeState(
            _chosen(row["site"]),
            {name: _chosen(zone) for name, zone in row["zones"].items()},
            dict(row["accepted"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HvacRlError(
            str(path),
            f"does not say the modes: {error!r}",
            "Remove it; the site then starts anew in Watch.",
        ) from error


def save_modes(state_dir: Path, state: ModeState) -> None:
    """Durable before this returns; raises HvacRlError when the disk refuses."""
    document = {
        "site": _row(state.site),
        "zones": {name: _row(chosen) for name, chosen in state.zones.items()},
        "accepted": dict(state.accepted),
    }
    state_dir.mkdir(parents=True, exist_ok=True)
    try:
        replace_text(state_dir / FILE, json.dumps(document, indent=1) + "\n")
    except OSError as error:
        raise HvacRlError(
            str(state_dir / FILE), f"the modes cannot be kept: {error.strerror}"
        ) from error


def _chosen(row: Mapping[str, Any]) -> Chosen:
    setting = Setting(Mode(row["mode"]), Band(row["band"]))
    return Chosen(setting, float(row["since_s"]), str(row["reason"]))


def _row(chosen: Chosen) -> dict[str, Any]:
    return {
        "mode": chosen.setting.mode.value,
        "band": chosen.setting.band.value,
        "since_s": chosen.since_s,
        "reason": chosen.reason,
    }
