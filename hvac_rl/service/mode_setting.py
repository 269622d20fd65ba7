"""Carrying a mode change out: checked, recorded, kept; by a daemon or where none lives."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any, Protocol

from hvac_rl.control.modes import Band, Mode, is_up
from hvac_rl.errors import HvacRlError
from hvac_rl.service.certificate import read_certificate
from hvac_rl.service.mode_changes import Evidence, Wanted, check, uncovered, wanted_setting
from hvac_rl.service.mode_store import Chosen, ModeState, save_modes
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store
from hvac_rl.zones import SITE


class Keeper(Protocol):
    """Who holds the modes: a daemon's authority, or the file alone."""

    @property
    def state(self) -> ModeState: ...

    def set_state(self, state: ModeState) -> None: ...


class FileKeeper:
    """The modes of a site whose daemon does not live; call under the site's lock."""

    def __init__(self, site: Site, state: ModeState) -> None:
        self._site = site
        self.state = state

    def set_state(self, state: ModeState) -> None:
        self.state = state
        save_modes(self._site.state_dir, state)


def gather_evidence(site: Site, store: Store) -> Evidence:
    """What Watch and drill have shown so far; raises HvacRlError for a damaged certificate."""
    hours = site.cycle_s / 3600.0
    watched = {zone.name: store.watched_cycles(zone.name) * hours for zone in site.plant.zones}
    return Evidence(watched, read_certificate(site.state_dir))


def change(site: Site, keeper: Keeper, store: Store, wanted: Wanted, now_s: float) -> None:
    """Check, record, keep. Raises HvacRlError when something is missing.

    Up: recorded first, or not done. Down: done first.
    """
    old = keeper.state
    evidence = gather_evidence(site, store)
    check(site, old, wanted, evidence, now_s)
    before = old.chosen(wanted.of).setting
    setting = wanted_setting(site, before, wanted)
    new = old.with_setting(wanted.of, Chosen(setting, now_s, wanted.reason))
    detail = (
        f"{wanted.of}: {before.mode.value}/{before.band.value} to "
        f"{setting.mode.value}/{setting.band.value}: {wanted.reason}"
    )
    if not is_up(before, setting):
        keeper.set_state(new)
        store.audit(now_s, "mode lowered", detail)
        return
    store.audit(now_s, "mode raised", detail)
    if wanted.accept_uncovered and evidence.certificate is not None:
        left = uncovered(site, evidence.certificate, wanted.of)
        new = _accepting(new, left, wanted.reason)
        for point, why in left.items():
            store.audit(now_s, "accepted", f"{point} is not covered for {why}: {wanted.reason}")
    keeper.set_state(new)


def parse_wanted(request: Mapping[str, Any]) -> Wanted:
    """A request over the control socket; raises HvacRlError for what is not one."""
    try:
        band = request.get("band")
        return Wanted(
            of=str(request.get("of", SITE)),
            mode=Mode(request["mode"]),
            band=None if band is None else Band(band),
            reason=str(request.get("reason", "")),
            accept_uncovered=bool(request.get("accept_uncovered", False)),
        )
    except (KeyError, ValueError) as error:
        raise HvacRlError("request", f"is not a mode change: {error}") from error


def who() -> str:
    """The person at the keyboard, for the audit."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody without a user name"


def _accepting(state: ModeState, left: Mapping[str, str], reason: str) -> ModeState:
    accepted = {**state.accepted, **{point: f"{why}: {reason}" for point, why in left.items()}}
    return ModeState(state.site, state.zones, accepted)
