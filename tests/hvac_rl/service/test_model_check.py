"""Every reachable state of modes, lease, hold, kill switch, release, restart and watchdog.

The steps are the product's own code: cycle, guard, gate, writer, sweep, modes, kill switch and
epoch file. Only the world around is a model: one light on an in-process device whose lease lasts
three steps, an operator, a process that may stall or die, a disk that stays. States count as one
when everything that still matters is the same; all are visited, in every order of events.
"""

from __future__ import annotations

import copy
import os
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from adapters.answers import SilentError
from adapters.memory import MemoryAdapter, MemoryDevice, MemoryObject, build_device
from hvac_rl.control.cycle import ControlCycle
from hvac_rl.control.modes import Band, Mode, Setting
from hvac_rl.control.writer import Writer
from hvac_rl.points import Point
from hvac_rl.ports import Prior
from hvac_rl.records import Decision, Snapshot
from hvac_rl.safety.guard import Guard, GuardSettings
from hvac_rl.service.assembly import site_guard
from hvac_rl.service.authority import Authority
from hvac_rl.service.handback import sweep
from hvac_rl.service.kill_switch import KillSwitch
from hvac_rl.service.mode_store import Chosen, ModeState
from hvac_rl.service.pulse import EPOCH, raise_epoch
from hvac_rl.service.site_file import Site, load_site

LEASE_STEPS = 2
STEP_S = 900.0
HOLD_STEPS = 1
OURS, OPERATOR = 12, 7
"""Places in the priority array: levels 13 and 8."""
LIGHT = "south.light"
Write = tuple[str, float | None, int | None]


class Key(NamedTuple):
    """What makes two states the same."""

    process: str
    mode: str
    killed: bool
    fenced: bool
    slot: bool
    ledger: bool
    operator: bool
    lease_left: int
    hold_left: int
    commanded: bool
    answers: bool


class Ledger:
    """A disk that outlives the process."""

    def __init__(self) -> None:
        self.points: set[str] = set()

    def hold(self, point: str, found: float | None, time_s: float) -> None:
        self.points.add(point)

    def writing(self, values: Mapping[str, float]) -> None:
        """What stands in a slot of a priority array says itself whose it is."""

    def prior(self, point: str) -> Prior:
        return Prior(None)

    def forget(self, point: str) -> None:
        self.points.discard(point)

    def held(self) -> set[str]:
        return set(self.points)


class Device(MemoryDevice):
    """Remembers what was written to it."""

    written: list[Write]

    async def object(self, name: str) -> MemoryObject:
        if self.silent:
            raise SilentError("silent")  # at once: nobody waits for a deadline here
        return await super().object(name)

    async def write(self, name: str, value: float | None, priority: int | None) -> None:
        await super().write(name, value, priority)
        self.written.append((name, value, priority))


class LightOn:
    """In the decider's place."""

    def decide(self, snapshot: Snapshot) -> Decision:
        return Decision(time_s=snapshot.time_s, wishes={LIGHT: 0.9}, chosen_by="test")


@dataclass
class World:
    time_s: float
    devices: dict[str, Device]
    ledger: Ledger = field(default_factory=Ledger)
    process: str = "dead"
    mode: Mode = Mode.WATCH
    killed: bool = False
    epoch: int = 1
    own_epoch: int = 0
    lease_left: int = 0
    hold_left: int = 0
    commanded: bool = False
    """The guard has seen the operator's present command."""
    memory: dict[str, Any] | None = None
    """The guard's, on the disk."""
    guard: Guard | None = None
    verified: dict[str, Any] = field(default_factory=dict)
    """What the living writer has read back."""
    beats: int = 0

    @property
    def slots(self) -> list[float | None]:
        slots = self.devices["ctl-south"].objects["light"].slots
        assert slots is not None
        return slots

    @property
    def answers(self) -> bool:
        return not self.devices["ctl-south"].silent

    @property
    def allowed(self) -> bool:
        return (
            self.process == "alive"
            and self.mode is Mode.RUN
            and not self.killed
            and self.own_epoch == self.epoch
        )

    def key(self) -> Key:
        return Key(
            self.process, self.mode.value, self.killed,
            self.process != "dead" and self.own_epoch != self.epoch,
            self.slots[OURS] is not None, bool(self.ledger.points),
            self.slots[OPERATOR] is not None, self.lease_left, self.hold_left,
            self.commanded, self.answers,
        )  # fmt: skip


class Machine:
    """The product's code as steps on a world."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.points = site.plant.commandable()
        self.on_disk = (-1, False)
        self.steps: dict[str, Callable[[World], Awaitable[bool]]] = {
            "start": self.start, "cycle": self.cycle, "beat": self.beat, "pulse": self.pulse,
            "time": self.time, "stall": self.stall, "resume": self.resume, "die": self.die,
            "fence": self.fence, "watchdog": self.watchdog,
            "off": self.off, "watch": self.watch, "run": self.run,
            "kill": self.kill, "reset": self.reset,
            "operator": self.operator, "silence": self.silence,
        }  # fmt: skip
        site.state_dir.mkdir()

    def world(self) -> World:
        devices = {}
        for name, device in self.site.devices.items():
            made = build_device(device.spec.options)  # type: ignore[arg-type]
            devices[name] = Device(made.objects)
            devices[name].written = []
        return World(1_784_041_200.0, devices)

    def copy(self, world: World) -> World:
        """What is frozen is shared, everything else is the copy's own."""
        devices = {}
        for name, device in world.devices.items():
            devices[name] = Device(
                {n: replace(o, slots=list(o.slots) if o.slots else None)
                 for n, o in device.objects.items()},
                device.silent,
            )  # fmt: skip
            devices[name].written = []
        ledger = Ledger()
        ledger.points = set(world.ledger.points)
        guard = world.guard
        if guard is not None:
            # A deep copy of the guard's memory alone; plant, settings and points are frozen.
            frozen: list[object] = [self.site.plant, *self.points]
            frozen += [v for v in vars(guard).values() if isinstance(v, GuardSettings)]
            guard = copy.deepcopy(guard, {id(one): one for one in frozen})
        return replace(
            world, devices=devices, ledger=ledger, guard=guard, verified=dict(world.verified)
        )

    def authority(self, world: World, epoch: int) -> Authority:
        """The gate over the files as they are in this world."""
        folder = self.site.state_dir
        if self.on_disk != (world.epoch, world.killed):
            (folder / EPOCH).write_text(str(world.epoch))
            KillSwitch(folder).reset()
            if world.killed:
                KillSwitch(folder).trip("test", "test")
            self.on_disk = (world.epoch, world.killed)
        state = ModeState(Chosen(Setting(world.mode, Band.FULL), 0.0, "test"))
        return Authority(self.site.plant, folder, state, KillSwitch(folder), epoch)

    def adapters(self, world: World) -> dict[str, Any]:
        specs = {name: device.spec for name, device in self.site.devices.items()}
        return {name: MemoryAdapter(specs[name], d) for name, d in world.devices.items()}

    def at_work(self, world: World) -> tuple[Guard, Writer, Authority, dict[str, Any]]:
        """The living process's parts, on this world's devices."""
        assert world.guard is not None
        authority, adapters = self.authority(world, world.own_epoch), self.adapters(world)
        writer = Writer(adapters, world.ledger, authority)
        writer._verified = world.verified
        return world.guard, writer, authority, adapters

    async def give_back(self, world: World, guard: Guard, writer: Writer) -> bool:
        rows = await sweep(self.adapters(world), guard, writer, self.points, world.time_s, "test")
        return all(row.back for row in rows)

    def raised(self) -> int:
        """A new epoch, on disk as well."""
        self.on_disk = (-1, False)
        return raise_epoch(self.site.state_dir)

    async def start(self, world: World) -> bool:
        if world.process != "dead":
            return False
        self.authority(world, 0)
        world.epoch = world.own_epoch = self.raised()
        world.guard = site_guard(self.site)
        if world.memory is not None:
            world.guard.remember(world.memory)
        world.verified = {}
        guard, writer, _, _ = self.at_work(world)
        if await self.give_back(world, guard, writer):
            world.process = "alive"
        return True

    async def cycle(self, world: World) -> bool:
        if world.process != "alive":
            return False
        guard, writer, authority, adapters = self.at_work(world)
        cycle = ControlCycle(
            self.site.plant, adapters, LightOn(), guard, writer,  # type: ignore[arg-type]
            modes=authority.modes, killed=authority.silent,
            keep=lambda: setattr(world, "memory", guard.remembered()),
        )  # fmt: skip
        await cycle.run(0, world.time_s)
        if world.answers:
            commands = world.slots[OPERATOR] is not None
            if commands and not world.commanded:
                world.hold_left = HOLD_STEPS
            world.commanded = commands or world.hold_left > 0
        return True

    async def beat(self, world: World) -> bool:
        if world.process != "alive":
            return False
        guard, writer, _, _ = self.at_work(world)
        world.beats += 1
        points: list[Point] = [d.heartbeat for d in self.site.devices.values() if d.heartbeat]
        before = world.devices["ctl-south"].objects["beat"].default
        await writer.beat(guard.heartbeat(points, world.beats))
        if world.devices["ctl-south"].objects["beat"].default != before:
            world.lease_left = LEASE_STEPS
        return True

    async def pulse(self, world: World) -> bool:
        """What the heart does every second, and what a lowered mode does at once."""
        if world.process != "alive":
            return False
        guard, writer, authority, _ = self.at_work(world)
        if not authority.silent() and world.mode is Mode.RUN:
            return False
        await self.give_back(world, guard, writer)
        return True

    async def time(self, world: World) -> bool:
        world.time_s += STEP_S
        world.lease_left = max(0, world.lease_left - 1)
        world.hold_left = max(0, world.hold_left - 1)
        if world.lease_left == 0:  # the device's own doing
            world.slots[OURS] = None
        return True

    async def stall(self, world: World) -> bool:
        return self._become(world, "alive", "stalled")

    async def resume(self, world: World) -> bool:
        return self._become(world, "stalled", "alive")

    async def die(self, world: World) -> bool:
        if world.process == "dead":
            return False
        return self._become(world, world.process, "dead")

    async def fence(self, world: World) -> bool:
        """A watchdog's first half: SIGKILL has not arrived yet, and the process may wake up."""
        if world.process != "stalled" or world.own_epoch != world.epoch:
            return False
        self.authority(world, 0)
        world.epoch = self.raised()
        return True

    async def watchdog(self, world: World) -> bool:
        if world.process == "alive" or not world.ledger.points:
            return False
        self.authority(world, 0)
        world.epoch = self.raised()
        world.process = "dead"
        adapters = self.adapters(world)
        await self.give_back(world, site_guard(self.site), Writer(adapters, world.ledger))
        return True

    async def off(self, world: World) -> bool:
        return self._mode(world, Mode.OFF)

    async def watch(self, world: World) -> bool:
        return self._mode(world, Mode.WATCH)

    async def run(self, world: World) -> bool:
        return self._mode(world, Mode.RUN)

    async def kill(self, world: World) -> bool:
        changed, world.killed = not world.killed, True
        return changed

    async def reset(self, world: World) -> bool:
        changed, world.killed = world.killed, False
        return changed

    async def operator(self, world: World) -> bool:
        world.slots[OPERATOR] = None if world.slots[OPERATOR] is not None else 30.0
        return True

    async def silence(self, world: World) -> bool:
        for device in world.devices.values():
            device.silent = not device.silent
        return True

    def _become(self, world: World, before: str, after: str) -> bool:
        if world.process != before:
            return False
        world.process = after
        return True

    def _mode(self, world: World, mode: Mode) -> bool:
        changed, world.mode = world.mode is not mode, mode
        return changed


def check(step: str, before: World, after: World) -> None:
    """What must hold after every step, whatever came before."""
    sets = [
        written for device in after.devices.values() for written in device.written
        if written[1] is not None
    ]  # fmt: skip
    slot = after.slots[OURS] is not None
    for name, _, priority in sets:
        if priority is None:
            assert not before.killed, "a heartbeat while the kill switch is tripped"
            assert before.own_epoch == before.epoch, "a heartbeat of a fenced process"
        else:
            assert (name, priority) == ("light", OURS + 1)
            assert before.allowed, f"{step} wrote without leave"
            assert before.slots[OPERATOR] is None, "an operator was written over"
    if slot:
        assert LIGHT in after.ledger.points, "a slot that the ledger does not know"
    if after.answers and (
        step in ("start", "watchdog", "pulse") or (step == "cycle" and not before.allowed)
    ):
        assert not slot, f"after {step} nothing of ours may stand"
        assert not after.ledger.points
    if step == "time" and before.process != "alive" and before.lease_left <= 1:
        assert not slot, "held beyond the lease by a process that is not alive"
    if step == "cycle" and before.allowed and before.answers:
        waits = before.slots[OPERATOR] is not None or before.hold_left > 0
        assert slot != waits, "a hold ends when it says, and not before"


@pytest.fixture
def machine(document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A site with one light to command; files without waiting for a disk."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr("hvac_rl.service.kill_switch.log.error", lambda *words: None)
    keep = ("south.air", "south.co2", "south.occupancy", "south.daylight", LIGHT)
    site_points = ("outdoor", "wind", "ghi")
    document["points"] = [p for p in document["points"] if p["name"] in (*keep, *site_points)]
    document["zones"] = document["zones"][:1]
    document["devices"] = [d for d in document["devices"] if d["name"] != "ctl-north"]
    for device in document["devices"]:
        device["deadline_s"] = 0.001
    document["hold_s"] = HOLD_STEPS * STEP_S
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(document))
    return Machine(load_site(tmp_path / "site.yaml"))


async def explore(machine: Machine) -> dict[Key, dict[str, Key]]:
    """The whole graph of states; every step is checked."""
    first = machine.world()
    graph: dict[Key, dict[str, Key]] = {}
    waiting = deque([first])
    known = {first.key()}
    while waiting:
        world = waiting.popleft()
        edges = graph[world.key()] = {}
        for name, step in machine.steps.items():
            after = machine.copy(world)
            if not await step(after):
                continue
            check(name, world, after)
            edges[name] = after.key()
            if after.key() not in known:
                known.add(after.key())
                waiting.append(after)
    return graph


def can_reach(graph: dict[Key, dict[str, Key]], good: set[Key], steps: set[str]) -> set[Key]:
    """States from which a good one is reached by these steps alone."""
    reached = set(good)
    while True:
        more = {
            key for key, edges in graph.items()
            if key not in reached and any(edges.get(s) in reached for s in steps)
        }  # fmt: skip
        if not more:
            return reached
        reached |= more


async def test_no_state_is_unsafe_or_a_dead_end(machine: Machine) -> None:
    graph = await explore(machine)
    assert len(graph) > 200, "the model has shrunk"
    everything = set(graph)
    given_back = {key for key in graph if not key.slot}
    time_alone = can_reach(graph, given_back, {"time"})
    assert everything == time_alone, "the lease gives the building back whatever else happens"
    in_command = {key for key in graph if key.slot and key.process == "alive"}
    assert everything == can_reach(graph, in_command, set(machine.steps)), "a dead end"
    by_watchdog = {key for key in graph if key.process != "alive" and key.ledger and key.answers}
    assert by_watchdog, "the watchdog has work in the model"
    for key in by_watchdog:
        after = graph[key]["watchdog"]
        assert not after.slot
        assert not after.ledger


@pytest.mark.parametrize("fault", ["gate", "ledger", "fence"])
async def test_the_check_finds_what_is_broken(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    if fault == "gate":
        monkeypatch.setattr(Authority, "closed", lambda self, point: "")
        monkeypatch.setattr(
            Authority, "modes", lambda self: ModeState(
                Chosen(Setting(Mode.RUN, Band.FULL), 0.0, "")
            ).modes(),
        )  # fmt: skip
    elif fault == "ledger":
        monkeypatch.setattr(Ledger, "hold", lambda self, point, found, time_s: None)
    else:
        monkeypatch.setattr(Authority, "silent", lambda self: "")
    with pytest.raises(AssertionError):
        await explore(machine)
