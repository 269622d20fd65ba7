"""Puts a daemon's parts together from a checked site; everything that can refuse does so here,
before anything is written to the building.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import TYPE_CHECKING

from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, Bundle, read_bundle
from hvac_rl.control.cycle import ControlCycle
from hvac_rl.control.decide import Decider
from hvac_rl.control.forecasts import FileForecast, ForecastUnavailable, PersistenceForecast
from hvac_rl.control.modes import Modes
from hvac_rl.control.policy import load_policy, rule_parameters
from hvac_rl.errors import PolicyRefused
from hvac_rl.points import Point
from hvac_rl.ports import Adapter, Clock, Forecast
from hvac_rl.safety.guard import Guard, GuardSettings
from hvac_rl.service.authority import Authority
from hvac_rl.service.clocks import SystemClock, check_speed, read_published
from hvac_rl.service.connecting import Progress, prove, reach, unseen
from hvac_rl.service.guard_memory import keep, recall
from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store

if TYPE_CHECKING:
    from hvac_rl.control.writer import Writer

log = logging.getLogger(__name__)

# A reading may be older than a cycle by half of one before it is stale.
STALE_CYCLES = 1.5


@dataclass(frozen=True, slots=True)
class Controls:
    """The assembled parts that one daemon runs with."""

    cycle: ControlCycle
    guard: Guard
    policy_name: str


def site_clock(site: Site) -> Clock:
    """The site's clock; raises ConfigError for a missing one or a speed that is too high."""
    if site.clock.path is None:
        return SystemClock()
    clock = read_published(site.resolve(site.clock.path))
    check_speed(clock.speed, site.cycle_s, f"{site.path}: clock")
    return clock


def site_forecast(site: Site) -> Forecast:
    if site.forecast.path is None:
        return PersistenceForecast()
    return FileForecast(site.resolve(site.forecast.path))


def weather_service_c(forecast: Forecast, now_s: float) -> float:
    """Outdoor air now by somebody else's word [°C], to hold our own sensor against; NaN without
    one. Persistence only repeats that sensor."""
    if not isinstance(forecast, FileForecast):
        return nan
    try:
        return forecast.hourly(now_s)[0][0]
    except ForecastUnavailable:
        return nan


async def open_adapters(
    site: Site,
    *,
    beside: bool = False,
    to_give_back: bool = False,
    progress: Progress = unseen,
) -> dict[str, Adapter]:
    """Connect to every device, many at once, and prove every point, read-only; raises DeviceError.

    ``beside``: for a process that may live at the same time as the daemon. ``to_give_back``: take
    whatever answers, unproven; what does not is an adapter that says so.
    """
    local = site.beside if beside else site.local
    adapters: dict[str, Adapter] = {}
    try:
        for name, kind in site.kinds.items():
            specs = [device.spec for device in site.devices.values() if device.adapter == name]
            adapters.update(await kind.open(specs, local.get(name, {})))
        if to_give_back:
            return await reach(adapters, progress)
        await prove(adapters, lambda device: device_points(site, device), progress)
    except BaseException:
        await close_adapters(site, adapters)
        raise
    return adapters


async def close_adapters(site: Site, adapters: Mapping[str, Adapter]) -> None:
    for adapter in adapters.values():
        await adapter.close()
    for kind in site.kinds.values():
        await kind.close()


def device_points(site: Site, device: str) -> list[Point]:
    points = [point for point in site.plant.points() if point.device == device]
    heartbeat = site.devices[device].heartbeat
    return [*points, heartbeat] if heartbeat else points


def site_bundle(site: Site, store: Store, roll_back: str | None) -> Bundle | None:
    """The site's verified bundle, None for the rule alone; raises PolicyRefused.

    ``roll_back``: a person's reason for taking an older version than the last; it is audited.
    """
    if site.policy is None:
        return None
    bundle = read_bundle(site.resolve(site.policy.bundle), site.policy.trusted_keys)
    far = site.far_devices
    if bundle.signed_by == DEMO_PUBLIC_KEY and far:
        raise PolicyRefused(
            str(bundle.path),
            f"signed with the published demonstration key, but {far[0]} is a real device",
            "Sign the bundle with a key of your own and pin that in policy.trusted_keys.",
        )
    name, version = bundle.manifest.name, bundle.manifest.version
    highest = store.highest_policy(name)
    if version < highest and roll_back is None:
        raise PolicyRefused(
            str(bundle.path),
            f"version {version} of {name} is older than version {highest}, which ran here before",
            "If going back is meant, start once with --roll-back-policy REASON.",
        )
    return bundle


def accept(bundle: Bundle, store: Store, now_s: float, roll_back: str | None) -> None:
    """Remember the version that runs, and audit a step back."""
    name, version = bundle.manifest.name, bundle.manifest.version
    if version < store.highest_policy(name):
        store.audit(now_s, "policy rolled back", f"{name} to version {version}: {roll_back}")
    store.accept_policy(name, version)


def site_guard(site: Site) -> Guard:
    """The guard over the whole site with its limits."""
    settings = GuardSettings(
        site.zone_limits,
        site.air_handler_limits,
        site.priority,
        STALE_CYCLES * site.cycle_s,
        site.hold_s,
        site.foreign,
    )
    return Guard(site.plant, settings)


def make_writer(
    adapters: Mapping[str, Adapter], ledger: SqliteLedger, gate: Authority | None = None
) -> Writer:
    """The site's writer. Imported here: a read-only daemon does not even load it."""
    from hvac_rl.control.writer import Writer

    return Writer(adapters, ledger, gate, ledger)


def assemble(
    site: Site,
    adapters: Mapping[str, Adapter],
    bundle: Bundle | None,
    writer: Writer | None,
    modes: Callable[[], Modes],
    killed: Callable[[], str] = lambda: "",
) -> Controls:
    """The parts of the control cycle; raises HvacRlError when they do not fit together.

    ``writer`` None: nothing is written whatever the modes say, and no memory is kept.
    """
    guard = site_guard(site)
    recall(site.state_dir, guard)
    forecast = site_forecast(site)
    policy = load_policy(bundle) if bundle else None
    decider = Decider(
        site.plant,
        site.calendar,
        site.tariff,
        forecast,
        policy,
        rule_parameters(bundle),
        dict(site.air_handler_limits),
        STALE_CYCLES * site.cycle_s,
    )
    cycle = ControlCycle(
        site.plant,
        adapters,
        decider,
        guard,
        writer,
        modes=modes,
        # The base rule alone is our own arithmetic and ends; somebody's policy may not.
        decision_s=site.decision_s if policy else None,
        killed=killed,
        weather_c=partial(weather_service_c, forecast),
        keep=partial(keep, site.state_dir, guard) if writer else lambda: None,
    )
    return Controls(cycle, guard, policy.name if policy else "rule")
