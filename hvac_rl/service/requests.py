"""What other processes of this machine may ask of the living daemon."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from hvac_rl.control.modes import Mode, is_up
from hvac_rl.errors import HvacRlError
from hvac_rl.panel import PanelMode, PanelState
from hvac_rl.points import Point
from hvac_rl.ports import Clock
from hvac_rl.records import CycleRecord, Reading, Snapshot
from hvac_rl.safety.guard import Guard
from hvac_rl.service.authority import Authority
from hvac_rl.service.guard_memory import keep, memory_status, open_latch
from hvac_rl.service.handback import HandedBack
from hvac_rl.service.mode_changes import Wanted, wanted_setting
from hvac_rl.service.mode_setting import change, parse_wanted
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store

GiveBack = Callable[[Iterable[Point], str], Awaitable[list[HandedBack]]]
MOST_ALARMS = 8


class Requests:
    """Answers ``points``, ``status``, ``release``, ``kill``, ``reset``, ``latch`` and ``mode``."""

    def __init__(
        self,
        site: Site,
        clock: Clock,
        authority: Authority,
        store: Store,
        guard: Guard,
        give_back: GiveBack,
        stop: Callable[[str], None],
        latest: Callable[[Snapshot], Mapping[str, Reading]],
    ) -> None:
        self._site = site
        self._clock = clock
        self._authority = authority
        self._store = store
        self._guard = guard
        self._give_back = give_back
        self._stop = stop
        self._latest = latest
        self.last: CycleRecord | None = None

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Raises HvacRlError for what cannot be done, with the reason."""
        match request.get("ask"):
            case "points":
                return self._points()
            case "status":
                return self._status()
            case "release":
                self._stop("released by hand")
                return {"released": "the daemon gives everything back and ends"}
            case "kill":
                return await self._kill(_words(request, "by"), _words(request, "why"))
            case "reset":
                return self._reset(_words(request, "by"), _words(request, "why"))
            case "latch":
                return self._open_latch(
                    _words(request, "name"), _words(request, "by"), _words(request, "why")
                )
            case "mode":
                return await self._mode(parse_wanted(request))
            case other:
                raise HvacRlError("daemon", f"does not know how to {other!r}")

    def panel_state(self, beats: int) -> PanelState:
        """The daemon in one row, for our own devices on the network."""
        killed = self._authority.kill.tripped()
        chosen = self._authority.state.site
        return PanelState(
            mode=self._panel_mode(killed),
            reason=killed or chosen.reason,
            alarms=self._alarms()[:MOST_ALARMS],
            heartbeat=beats,
        )

    def _alarms(self) -> tuple[str, ...]:
        """The guard's alarms, worst first, and what had to be given back where we should run."""
        if self.last is None:
            return ()
        settings = self._authority.modes().by_owner(self._site.plant)
        told = [alarm.text for alarm in sorted(self.last.alarms, key=lambda alarm: alarm.level)]
        for of, by in self.last.control.items():
            released = by.startswith("bms: ") and settings[of].mode is Mode.RUN
            if released and not any(text in by for text in told):
                told.append(f"{of}: {by.removeprefix('bms: ')}")
        return tuple(told)

    def _panel_mode(self, killed: str) -> PanelMode:
        if killed:
            return PanelMode.KILLED
        match self._authority.modes().site.mode:
            case Mode.OFF:
                return PanelMode.RELEASED
            case Mode.WATCH:
                return PanelMode.WATCHING
        if self.last is None:
            return PanelMode.STARTING
        by = list(self.last.control.values())
        if all(word.startswith("held") for word in by):
            return PanelMode.HELD
        released = all(word.startswith("bms") for word in by)
        return PanelMode.RELEASED if released else PanelMode.SUPERVISING

    async def _kill(self, by: str, why: str) -> dict[str, Any]:
        self._authority.kill.trip(by, why)
        handed = await self._give_back(self._site.plant.commandable(), f"killed by {by}: {why}")
        return {
            "points": len(handed),
            "missing": [row.point.name for row in handed if not row.back],
        }

    def _reset(self, by: str, why: str) -> dict[str, Any]:
        if not why.strip():
            raise HvacRlError("kill switch", "is reset only with a reason")
        self._store.audit(self._clock.now_s(), "kill switch reset", f"{by}: {why}")
        self._authority.kill.reset()
        return {"reset": True}

    def _open_latch(self, name: str, by: str, why: str) -> dict[str, Any]:
        """What shut the latch shuts it again in the next cycle if it is still there."""
        words = open_latch(self._guard, name, by, why)
        keep(self._site.state_dir, self._guard)
        self._store.audit(self._clock.now_s(), "latch opened", words)
        return {"opened": words}

    async def _mode(self, wanted: Wanted) -> dict[str, Any]:
        site, authority = self._site, self._authority
        old = authority.state.chosen(wanted.of).setting
        new = wanted_setting(site, old, wanted)
        change(site, authority, self._store, wanted, self._clock.now_s())
        missing: list[str] = []
        if new.mode is not Mode.RUN and not is_up(old, new):
            settings = authority.state.modes().by_owner(site.plant)
            points = [p for p in site.plant.commandable() if settings[p.of].mode is not Mode.RUN]
            handed = await self._give_back(points, f"mode {new.mode.value}: {wanted.reason}")
            missing = [row.point.name for row in handed if not row.back]
        return {**self._status(), "missing": missing}

    def _status(self) -> dict[str, Any]:
        state = self._authority.state
        settings = state.modes().by_owner(self._site.plant)
        return {
            "killed": self._authority.kill.tripped(),
            "site": state.site.setting._asdict(),
            "reason": state.site.reason,
            "in_force": {of: setting._asdict() for of, setting in settings.items()},
            "own": sorted(state.zones),
            "control": dict(self.last.control) if self.last else {},
            "alarms": [alarm.text for alarm in self.last.alarms] if self.last else [],
            **memory_status(self._guard),
        }

    def _points(self) -> dict[str, Any]:
        record = self.last
        if record is None:
            return {"points": [], "control": {}}
        return {
            "time_s": record.time_s,
            "control": dict(record.control),
            "points": [
                {
                    "point": r.point,
                    "value": r.value,
                    "quality": r.quality.value,
                    "commanded_by": r.commanded_by,
                    "ours": r.ours,
                    "time_s": r.time_s,
                    "detail": r.detail,
                }
                for r in self._latest(record.snapshot).values()
            ],
        }


def _words(request: dict[str, Any], key: str) -> str:
    value = request.get(key, "")
    if not isinstance(value, str) or not value.strip():
        raise HvacRlError("request", f"needs {key!r} in words")
    return value
