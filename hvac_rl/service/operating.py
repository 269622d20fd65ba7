"""Orders to a site: through its living daemon, else straight into the state folder."""

from __future__ import annotations

from typing import Any

from hvac_rl.service.assembly import site_clock, site_guard
from hvac_rl.service.control_socket import ask_daemon
from hvac_rl.service.guard_memory import keep, memory_status, open_latch, recall
from hvac_rl.service.kill_switch import KillSwitch
from hvac_rl.service.lock import site_lock
from hvac_rl.service.mode_setting import FileKeeper, change, parse_wanted, who
from hvac_rl.service.mode_store import ModeState, load_modes
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store


async def site_status(site: Site) -> dict[str, Any]:
    """Modes and kill switch, by the daemon's word where one lives."""
    answer = await ask_daemon(site.state_dir, {"ask": "status"})
    if answer is not None:
        return answer
    return _status(site, load_modes(site.state_dir, site.evidence.waived))


async def set_mode(site: Site, request: dict[str, Any], lock_wait_s: float) -> dict[str, Any]:
    """The new status; raises HvacRlError with what is missing for going up."""
    answer = await ask_daemon(site.state_dir, {**request, "ask": "mode"}, timeout_s=120.0)
    if answer is not None:
        return answer
    with site_lock(site.state_dir, lock_wait_s):
        keeper = FileKeeper(site, load_modes(site.state_dir, site.evidence.waived))
        store = Store(site.store_url)
        try:
            change(site, keeper, store, parse_wanted(request), site_clock(site).now_s())
        finally:
            store.close()
        return _status(site, keeper.state)


async def trip(site: Site, by: str, why: str) -> dict[str, Any] | None:
    """Trip the kill switch. The file comes first: it works whatever the daemon does. None where
    no daemon lives."""
    by = by or who()
    KillSwitch(site.state_dir).trip(by, why)
    return await ask_daemon(site.state_dir, {"ask": "kill", "by": by, "why": why}, timeout_s=120.0)


async def reset_kill(site: Site, reason: str, lock_wait_s: float) -> str:
    """What it had been tripped by; empty when it was not."""
    switch = KillSwitch(site.state_dir)
    tripped = switch.tripped()
    answer = await ask_daemon(site.state_dir, {"ask": "reset", "by": who(), "why": reason})
    if answer is not None:
        return tripped
    with site_lock(site.state_dir, lock_wait_s):
        store = Store(site.store_url)
        try:
            store.audit(site_clock(site).now_s(), "kill switch reset", f"{who()}: {reason}")
        finally:
            store.close()
        switch.reset()
    return tripped


async def reset_latch(site: Site, name: str, reason: str, lock_wait_s: float) -> str:
    """Open what the guard has shut; answers with the words of the audit. Raises HvacRlError."""
    request = {"ask": "latch", "name": name, "by": who(), "why": reason}
    answer = await ask_daemon(site.state_dir, request)
    if answer is not None:
        return str(answer["opened"])
    with site_lock(site.state_dir, lock_wait_s):
        guard = site_guard(site)
        recall(site.state_dir, guard)
        words = open_latch(guard, name, who(), reason)
        keep(site.state_dir, guard)
        store = Store(site.store_url)
        try:
            store.audit(site_clock(site).now_s(), "latch opened", words)
        finally:
            store.close()
    return words


def _status(site: Site, state: ModeState) -> dict[str, Any]:
    settings = state.modes().by_owner(site.plant)
    guard = site_guard(site)
    recall(site.state_dir, guard)
    return {
        "killed": KillSwitch(site.state_dir).tripped(),
        "site": state.site.setting._asdict(),
        "reason": state.site.reason,
        "in_force": {of: setting._asdict() for of, setting in settings.items()},
        "own": sorted(state.zones),
        "control": {},
        "alarms": [],
        **memory_status(guard),
    }
