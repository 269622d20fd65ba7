"""The main job, shown: the building in one process, the daemon in another, and the comparison.

Every step is a command that anybody can run: ``simulate``, ``run``, ``points``. This file only
starts them in order, waits, and puts the results side by side.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

from rich.console import Console

from agents.picture import draw_run
from agents.rehearsal import rehearse
from agents.report import BMS, RULE, Outcome, Service, print_summary, write_summary
from agents.truth import Truth, kpis, read_truth
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY
from hvac_rl.control.kpis import KpiLimits
from hvac_rl.errors import ConfigError, HvacRlError
from hvac_rl.service.site_file import Site, load_site
from hvac_rl.service.store import Store
from sim_buildings.field.ready import ready_building

BUILDING_LOG = "building.log"
READY_S = 60.0
# Wall time from the building's start to the daemon's first cycle, generously.
CONNECT_S = 10.0
END_S = 60.0
DAY_S = 86_400.0


def run_demo(
    folder: Path,
    building: str,
    start: datetime,
    days: int,
    speed: float,
    seed: int,
    bundle: Path,
    console: Console,
) -> None:
    """The whole demonstration; raises HvacRlError with the log's last lines when a part fails."""
    if folder.exists():
        # Never somebody's own folder: only what an earlier demonstration left.
        if not (folder / BUILDING_LOG).exists():
            raise ConfigError(
                str(folder),
                "is there already and was not made by a demonstration; nothing was touched",
                "Choose another --dir.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    # The daemon needs some wall time to connect, hours of a fast building: it begins the evening
    # before, so that every controller has the same days from midnight to midnight.
    evening = start - timedelta(hours=ceil(CONNECT_S * speed / 3600.0))
    length = days + (start - evening) / timedelta(days=1)
    common = [building, f"--start={evening:%Y-%m-%dT%H:%M}", f"--days={length}", f"--seed={seed}"]
    schedule = _start(
        folder / "schedule.log", "simulate", *common, "--headless", f"--dir={folder / 'schedule'}"
    )
    site_dir = folder / "site"
    plant = _start(
        folder / BUILDING_LOG, "simulate", *common, f"--dir={site_dir}", f"--speed={speed:g}",
        f"--policy={bundle.resolve()}", f"--trusted-key={DEMO_PUBLIC_KEY}",
    )  # fmt: skip
    try:
        _wait_for(site_dir / "clock.json", plant, folder / BUILDING_LOG, console)
        site = load_site(site_dir / "site.yaml")
        start_s = start.replace(tzinfo=site.calendar.timezone).timestamp()
        end_s = start_s + days * DAY_S
        console.print(
            f"{site.name}: {len(site.devices)} devices, {len(site.plant.points())} points, "
            f"{len(site.plant.commandable())} of them commandable. "
            f"{days} simulated days at {speed:g} times real time; everything lands in {folder}/."
        )
        daemon = subprocess.run([*_CLI, "run", str(site.path), f"--until={end_s}"], check=False)
        if daemon.returncode != 0:
            raise HvacRlError("demo", f"the daemon ended with exit code {daemon.returncode}")
        _prove_hand_back(site, console)
    except KeyboardInterrupt:
        console.print("Stopped; the daemon has given the building back.")
        raise SystemExit(130) from None
    finally:
        _end(plant)
        _end_headless(schedule)
    _report(folder, site, building, evening, seed, start_s, end_s, console)


_CLI = (sys.executable, "-m", "hvac_rl.cli")


def _start(log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen([*_CLI, *arguments], stdout=file, stderr=subprocess.STDOUT)


def _wait_for(file: Path, process: subprocess.Popen[bytes], log: Path, console: Console) -> None:
    deadline = time.monotonic() + READY_S
    with console.status("The simulated building starts ..."):
        while not file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
                raise HvacRlError("demo", f"the simulated building did not start:\n{tail}")
            time.sleep(0.05)


def _prove_hand_back(site: Site, console: Console) -> None:
    """Ask the devices from another process what they hold now that the daemon is gone."""
    asked = subprocess.run(
        [*_CLI, "points", str(site.path), "--commandable"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if asked.returncode != 0:
        raise HvacRlError("demo", f"hvac-rl points failed:\n{asked.stderr}")
    held = re.search(r"(\d+) of (\d+) commandable points are held", asked.stdout)
    if held is None or held[1] != "0":
        raise HvacRlError("demo", f"points are still held after the daemon ended:\n{asked.stdout}")
    console.print(
        f"[green]Proof:[/] a fresh process asked the devices: 0 of {held[2]} commandable points "
        "are held by hvac-rl; every one is at the BMS's own value (hvac-rl points)."
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_headless(process: subprocess.Popen[bytes]) -> None:
    """It ends by itself, and long before the demonstration does."""
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _report(
    folder: Path,
    site: Site,
    building: str,
    evening: datetime,
    seed: int,
    start_s: float,
    end_s: float,
    console: Console,
) -> None:
    agent_truth = read_truth(folder / "site" / "truth.csv").between(start_s, end_s)
    bms_truth = read_truth(folder / "schedule" / "truth.csv").between(start_s, end_s)
    with console.status("The base rule alone runs the same days ..."):
        simulated = ready_building(building, start=evening, seed=seed)
        rule_truth = rehearse(site, simulated, end_s).between(start_s, end_s)
    zones = site.plant.zones
    area_m2 = sum(zone.area_m2 for zone in zones)
    band = next(iter(site.zone_limits.values()))
    limits = KpiLimits(band.comfort_min_c, band.comfort_max_c)

    def outcome(name: str, truth: Truth) -> Outcome:
        return Outcome(name, kpis(truth, limits), len(zones), area_m2)

    others = [outcome(BMS, bms_truth), outcome(RULE, rule_truth)]
    store = Store(site.store_url)
    counts = store.counts()
    meter = [
        value
        for time_s, value in store.readings(site.plant.sensors["energy"].name)
        if start_s <= time_s <= end_s
    ]
    service = Service(
        counts["cycles"], store.interventions(), counts["writes"], counts["failed_writes"],
        (meter[-1] - meter[0]) / 3.6e6 if meter else 0.0,
    )  # fmt: skip
    store.close()
    agent = outcome("trained agent", agent_truth)
    print_summary(agent, others, service, console)
    write_summary(folder / "summary.json", agent, others, service)
    draw_run(
        folder / "run.png",
        f"{site.name}: the trained agent under the guard, {site.calendar.local(start_s):%d %B %Y}",
        agent_truth,
        bms_truth,
        (band.comfort_min_c, band.comfort_max_c),
        site.calendar.timezone,
    )
    console.print(f"Picture: {folder / 'run.png'}   Summary: {folder / 'summary.json'}")
