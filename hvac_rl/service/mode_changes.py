"""What going up asks for. Going down is always granted, at once and without a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hvac_rl.control.modes import BANDS, Band, Mode, Setting, is_up
from hvac_rl.errors import HvacRlError
from hvac_rl.points import Point
from hvac_rl.service.certificate import Certificate, fingerprint
from hvac_rl.service.mode_store import ModeState
from hvac_rl.service.site_file import Site
from hvac_rl.zones import SITE

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. ``band`` None: the narrow one, or full where evidence is waived."""

    of: str
    mode: Mode
    band: Band | None
    reason: str
    accept_uncovered: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """``watched_h``: site time [h] for which each zone has been watched, by its name."""

    watched_h: Mapping[str, float]
    certificate: Certificate | None


def wanted_setting(site: Site, old: Setting, wanted: Wanted) -> Setting:
    """The setting asked for, with the band that belongs to it."""
    if wanted.band is not None:
        return Setting(wanted.mode, wanted.band)
    if wanted.mode is Mode.RUN:
        kept = old.band if old.mode is Mode.RUN else Band.NARROW
        return Setting(wanted.mode, Band.FULL if site.evidence.waived else kept)
    return Setting(wanted.mode)


def check(site: Site, state: ModeState, wanted: Wanted, evidence: Evidence, now_s: float) -> None:
    """Raises HvacRlError with everything that is missing for this change."""
    zones = {zone.name for zone in site.plant.zones}
    if wanted.of != SITE and wanted.of not in zones:
        raise HvacRlError(
            f"zone {wanted.of}", "is not in the site file", f"Zones are: {', '.join(sorted(zones))}"
        )
    old = state.chosen(wanted.of)
    new = wanted_setting(site, old.setting, wanted)
    if not is_up(old.setting, new):
        return
    missing = []
    if len(wanted.reason.strip()) < 3:
        missing.append("a reason (--reason TEXT), which is recorded")
    if not site.evidence.waived and new.mode is Mode.RUN:
        missing += _band_steps(site, state, wanted.of, new, now_s)
        missing += _watch(site, _affected(site, wanted.of), evidence)
        missing += _drill(site, state, wanted, evidence.certificate)
    if missing:
        raise HvacRlError(
            f"{wanted.of}: {old.setting.mode.value} to {new.mode.value}",
            "going up still asks for:\n  - " + "\n  - ".join(missing),
        )


def uncovered(site: Site, certificate: Certificate, of: str) -> dict[str, str]:
    """Commandable points of a zone (or the site) that the drill says are not covered: by what."""
    affected = _affected(site, of)
    owners = affected | {z.served_by for z in site.plant.zones if z.name in affected}
    points: list[Point] = [p for p in site.plant.commandable() if p.of in owners]
    return {
        p.name: certificate.not_covered[p.name] for p in points if p.name in certificate.not_covered
    }


def _affected(site: Site, of: str) -> set[str]:
    return {zone.name for zone in site.plant.zones if of in (SITE, zone.name)}


def _band_steps(site: Site, state: ModeState, of: str, new: Setting, now_s: float) -> list[str]:
    old = state.chosen(of)
    if old.setting.mode is not Mode.RUN:
        return [] if new.band is Band.NARROW else ["beginning in the narrow band (--band narrow)"]
    missing = []
    if BANDS.index(new.band) > BANDS.index(old.setting.band) + 1:
        following = BANDS[BANDS.index(old.setting.band) + 1]
        missing.append(f"one step at a time: {following.value} comes next")
    since_h = (now_s - old.since_s) / HOUR_S
    if since_h < site.evidence.band_h:
        missing.append(
            f"{site.evidence.band_h:g} h in the band {old.setting.band.value}, "
            f"of which {max(0.0, since_h):.1f} h have passed"
        )
    return missing


def _watch(site: Site, zones: set[str], evidence: Evidence) -> list[str]:
    needed_h = site.evidence.watch_h
    short = {zone: evidence.watched_h.get(zone, 0.0) for zone in sorted(zones)}
    short = {zone: hours for zone, hours in short.items() if hours < needed_h}
    if not short:
        return []
    seen = ", ".join(f"{zone} {hours:.1f} h" for zone, hours in short.items())
    return [f"{needed_h:g} h in Watch (`hvac-rl evidence` shows them); so far: {seen}"]


def _drill(
    site: Site, state: ModeState, wanted: Wanted, certificate: Certificate | None
) -> list[str]:
    if certificate is None:
        return ["a passed drill (`hvac-rl drill`); there was none yet"]
    if certificate.fingerprint != fingerprint(site):
        return ["a new drill (`hvac-rl drill`): devices or points have changed since the last"]
    if not certificate.passed():
        return ["a passed drill (`hvac-rl drill`); the last one failed"]
    left = [
        f"{name} ({why})"
        for name, why in uncovered(site, certificate, wanted.of).items()
        if name not in state.accepted and not wanted.accept_uncovered
    ]
    if not left:
        return []
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    return [
        "your acceptance (--accept-uncovered) of what does not stand behind "
        f"{', '.join(left[:3])}{more}"
    ]
