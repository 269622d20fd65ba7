"""``hvac-rl drill``: proves on site that the building comes back by itself, fault by fault.

The faults are real: SIGKILL, SIGSTOP, and a cut network in a namespace that the drill makes. The
clock runs from the fault until every point, read from the device by a bystander, no longer holds
our value.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from rich.console import Console

from hvac_rl.control.cycle import read_all
from hvac_rl.errors import HvacRlError
from hvac_rl.points import ComesBack
from hvac_rl.ports import Adapter, Endpoint, Reachable
from hvac_rl.records import Quality, Reading
from hvac_rl.service.assembly import close_adapters, open_adapters, site_clock
from hvac_rl.service.certificate import (
    NOT_COVERED,
    Certificate,
    DrillCase,
    fingerprint,
    write_certificate,
)
from hvac_rl.service.drill_site import drill_site
from hvac_rl.service.enclosure import Enclosure, impossible
from hvac_rl.service.kill_switch import KillSwitch
from hvac_rl.service.lock import site_lock
from hvac_rl.service.pulse import remove_pulse
from hvac_rl.service.relay import Relay
from hvac_rl.service.site_file import Site
from hvac_rl.service.watchdog import PATIENCE_WALL_S, sweep_twice

FAULTS = ("killed", "stalled", "cut")
LOOK_WALL_S = 0.25
START_WALL_S = 240.0
# A lease of three beats, and as much again for the device to notice.
BEATS_ALLOWED = 4.0
LEAST_ALLOWED_WALL_S = 10.0
RELEASE_WALL_S = 15.0


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every case needs."""

    site: Site
    eyes: Mapping[str, Adapter]
    speed: float
    allowed_s: float
    console: Console


def plan_in_words(site: Site) -> str:
    points = len(site.plant.commandable())
    return (
        f"This drill starts the daemon on {site.name}, lets it command {points} points within the "
        f"narrow band for a few minutes, and three times takes it away: SIGKILL, SIGSTOP, a cut "
        f"network. Each point should be the BMS's own again within "
        f"{allowed_s(site, site_clock(site).speed):.0f} s. Tell the operators, then add --yes."
    )


def allowed_s(site: Site, speed: float) -> float:
    """Wall time within which every point must be back."""
    lease_s = max(BEATS_ALLOWED * site.heartbeat_s / speed, LEAST_ALLOWED_WALL_S)
    if any(device.comes_back is ComesBack.WATCHDOG for device in site.devices.values()):
        return max(lease_s, PATIENCE_WALL_S + RELEASE_WALL_S)
    return lease_s


async def run_drill(site: Site, only: str | None, console: Console) -> Certificate:
    """All faults, or ``only`` one; the certificate is in the state folder. Raises HvacRlError when
    a daemon lives, the kill switch is tripped, or a device does not answer."""
    if only is not None and only not in FAULTS:
        raise HvacRlError("--only", f"{only!r} is not a fault; faults are: {', '.join(FAULTS)}")
    tripped = KillSwitch(site.state_dir).tripped()
    if tripped:
        raise HvacRlError("kill switch", f"is tripped ({tripped})", "Reset it first.")
    with site_lock(site.state_dir):
        speed = site_clock(site).speed
        copy = drill_site(site, speed)
        eyes = await open_adapters(copy, beside=True)
        scene = _Scene(copy, eyes, speed, allowed_s(site, speed), console)
        try:
            cases = [await _case(scene, fault) for fault in FAULTS if only in (None, fault)]
        finally:
            await close_adapters(copy, eyes)
            copy.path.unlink(missing_ok=True)
        certificate = Certificate(
            site=site.name,
            fingerprint=fingerprint(site),
            wall_s=time.time(),
            allowed_s=scene.allowed_s,
            cases=tuple(cases),
            not_covered=_not_covered(site, cases),
        )
        write_certificate(site.state_dir, certificate)
        return certificate


async def _case(scene: _Scene, fault: str) -> DrillCase:
    """One fault from start to sweep; whatever happens, nothing of ours stays behind."""
    endpoints = _endpoints(scene.site)
    if fault == "cut":
        why = impossible() or (endpoints if isinstance(endpoints, str) else "")
        if why:
            scene.console.print(f"cut: not measured: {why}", highlight=False, markup=False)
            return DrillCase(fault=fault, measured=False, why_not=why, back_s={})
    scene.console.print(f"{fault}: the daemon starts ...", highlight=False)
    log = scene.site.state_dir / f"{fault}.log"
    watchdog = _start_watchdog(scene.site)
    try:
        with log.open("wb") as output:
            if fault == "cut":
                assert not isinstance(endpoints, str)
                back_s = await _cut(scene, endpoints, output)
            else:
                back_s = await _killed_or_stalled(scene, fault, output)
    finally:
        if watchdog is not None:
            watchdog.terminate()
            watchdog.wait()
    handed = await _release_rest(scene)
    if not handed:
        raise HvacRlError(fault, "points are still held after the drill", "Run hvac-rl release.")
    return DrillCase(fault=fault, measured=True, why_not="", back_s=back_s)


async def _killed_or_stalled(
    scene: _Scene, fault: str, output: IO[bytes]
) -> dict[str, float | None]:
    daemon = subprocess.Popen(
        _command(scene.site),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
    )
    try:
        held = await _until_in_command(scene, daemon.poll)
        number = signal.SIGKILL if fault == "killed" else signal.SIGSTOP
        daemon.send_signal(number)
        return await _measure(scene, fault, held)
    finally:
        # A stopped process dies of SIGKILL as any other; the watchdog may have been faster.
        with suppress(ProcessLookupError):
            daemon.kill()
        await asyncio.to_thread(daemon.wait)


async def _cut(
    scene: _Scene, endpoints: Sequence[Endpoint], output: IO[bytes]
) -> dict[str, float | None]:
    enclosure = await Enclosure.open(
        _command(scene.site),
        endpoints,
        _own_hosts(scene.site),
        output,
    )
    relay = Relay(enclosure.sockets)
    try:
        await relay.start()
        held = await _until_in_command(scene, enclosure.returncode)
        enclosure.cut()
        return await _measure(scene, "cut", held)
    finally:
        await asyncio.to_thread(enclosure.close)
        await relay.stop()


async def _until_in_command(scene: _Scene, ended: Callable[[], int | None]) -> set[str]:
    """The points that the daemon holds, once a second cycle has begun."""
    deadline_s = time.monotonic() + START_WALL_S + 3.0 * scene.site.cycle_s / scene.speed
    held: set[str] = set()
    while time.monotonic() < deadline_s:
        if ended() is not None:
            break
        now = {name for name, seen in (await _look(scene)).items() if seen.ours is not None}
        # Two equal looks a cycle apart: everything that it will command is commanded.
        if now and now == held:
            return now
        held = now
        await asyncio.sleep(max(LOOK_WALL_S, scene.site.cycle_s / scene.speed))
    raise HvacRlError(
        "drill",
        "the daemon took no point into its command",
        f"See the logs in {scene.site.state_dir}.",
    )


async def _measure(scene: _Scene, fault: str, held: set[str]) -> dict[str, float | None]:
    began_s = time.monotonic()
    back_s: dict[str, float | None] = dict.fromkeys(sorted(held))
    # Twice the time allowed: late is worth knowing too.
    while None in back_s.values() and time.monotonic() - began_s < 2.0 * scene.allowed_s:
        await asyncio.sleep(LOOK_WALL_S)
        ours = await _ours(scene)
        passed_s = time.monotonic() - began_s
        for name, seconds in back_s.items():
            if seconds is None and name not in ours:
                back_s[name] = round(passed_s, 2)
    back = [seconds for seconds in back_s.values() if seconds is not None]
    scene.console.print(
        f"{fault}: {len(back)} of {len(back_s)} points back"
        + (f", the last after {max(back):.1f} s" if back else ""),
        highlight=False,
    )
    return back_s


async def _look(scene: _Scene) -> Mapping[str, Reading]:
    points = scene.site.plant.commandable()
    return (await read_all(scene.eyes, points, time.time())).readings


async def _ours(scene: _Scene) -> set[str]:
    """Points whose slot of ours is not seen to be empty: one that does not answer counts."""
    return {
        name
        for name, reading in (await _look(scene)).items()
        if reading.ours is not None or reading.quality is Quality.NO_ANSWER
    }


async def _release_rest(scene: _Scene) -> bool:
    with site_lock(scene.site.state_dir, START_WALL_S):
        handed = await sweep_twice(scene.site, scene.eyes, "after a drill")
    remove_pulse(scene.site.state_dir)
    return all(row.back for row in handed)


def _start_watchdog(site: Site) -> subprocess.Popen[bytes] | None:
    """Where it stands behind a point it takes part."""
    if all(device.comes_back is not ComesBack.WATCHDOG for device in site.devices.values()):
        return None
    return subprocess.Popen(
        [sys.executable, "-m", "hvac_rl.cli", "watchdog", str(site.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _command(site: Site) -> list[str]:
    return [sys.executable, "-m", "hvac_rl.cli", "run", str(site.path)]


def _endpoints(site: Site) -> list[Endpoint] | str:
    """Where all devices are, or why that is not known."""
    found = []
    for device in site.devices.values():
        kind = site.kinds[device.adapter]
        endpoint = kind.endpoint(device.spec.options) if isinstance(kind, Reachable) else None
        if endpoint is None:
            return f"{device.spec.name} has no fixed address that could be carried over"
        found.append(endpoint)
    return list(dict.fromkeys(found))


def _own_hosts(site: Site) -> list[str]:
    """Addresses that our own side binds, as the ``local`` sections name them."""
    named = [str(section.get("address", "")) for section in site.local.values()]
    hosts = {name.partition(":")[0].partition("/")[0] for name in named if name}
    return sorted(hosts)


def _not_covered(site: Site, cases: Sequence[DrillCase]) -> dict[str, str]:
    """Points behind which only the watchdog stands, and points of unmeasured or failed cases."""
    found: dict[str, str] = {}
    for point in site.plant.commandable():
        reasons = [NOT_COVERED[site.devices[point.device].comes_back]]
        for case in cases:
            if not case.measured:
                reasons.append(f"{case.fault} was not measured: {case.why_not}")
            elif point.name not in case.back_s:
                reasons.append(f"it was not commanded when the daemon was {case.fault}")
        text = "; ".join(reason for reason in reasons if reason)
        if text:
            found[point.name] = text
    return found
