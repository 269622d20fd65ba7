"""What a drill has shown: how long until each point was the BMS's own again, fault by fault."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from hvac_rl.errors import HvacRlError
from hvac_rl.points import ComesBack
from hvac_rl.service.durable import read_json, replace_text
from hvac_rl.service.site_file import Site

FILE = "drill.json"

NOT_COVERED = {
    ComesBack.BMS_LEASE: "",
    ComesBack.DEVICE_TIMEOUT: "",
    ComesBack.WATCHDOG: "a host without power, or a cut cable: only our watchdog stands behind it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillCase:
    """One fault. ``back_s``: wall time until each point was back; None if it never was."""

    fault: str
    measured: bool
    why_not: str
    back_s: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    site: str
    fingerprint: str
    wall_s: float
    allowed_s: float
    """Wall time within which a point must be back."""
    cases: tuple[DrillCase, ...]
    not_covered: Mapping[str, str]
    """Points that something was not measured for, or stands behind only in part: what."""

    def passed(self) -> bool:
        """Killed and stalled were measured, and in every measured case all came back in time."""
        measured = {case.fault for case in self.cases if case.measured}
        return {"killed", "stalled"} <= measured and all(
            seconds is not None and seconds <= self.allowed_s
            for case in self.cases
            if case.measured
            for seconds in case.back_s.values()
        )


def fingerprint(site: Site) -> str:
    """Changes whenever a device, a commandable point or the priority does."""
    rows = sorted(
        (p.name, p.device, str(p.address), str(site.devices[p.device].comes_back))
        for p in site.plant.commandable()
    )
    specs = sorted(
        (name, str(device.spec.options), str(device.heartbeat and device.heartbeat.address))
        for name, device in site.devices.items()
    )
    text = json.dumps([site.priority, rows, specs])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_certificate(state_dir: Path, certificate: Certificate) -> Path:
    path = state_dir / FILE
    state_dir.mkdir(parents=True, exist_ok=True)
    replace_text(path, json.dumps(asdict(certificate), indent=1) + "\n")
    return path


def read_certificate(state_dir: Path) -> Certificate | None:
    """None before the first drill; raises HvacRlError for a damaged file."""
    path = state_dir / FILE
    row = read_json(path)
    if row is None:
        return None
    try:
        cases = tuple(DrillCase(**case) for case in row.pop("cases"))
        return Certificate(cases=cases, **row)
    except (TypeError, KeyError, AttributeError) as error:
        raise HvacRlError(
            str(path), f"is not a certificate: {error!r}", "Run the drill again."
        ) from error
