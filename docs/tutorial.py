# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # From an environment to a picture
#
# Run it as a program, `python docs/tutorial.py [FOLDER]`, or open it as a notebook with jupytext.
# Pictures go to FOLDER, `demo/tutorial` by default (or what `HVAC_RL_TUTORIAL` names).
#
# The first use compiles the simulator, which takes minutes; `python -m sim_buildings.compiled`
# does it ahead of time. After that the whole tutorial takes well under a minute.

# %%
from __future__ import annotations

import os
import sys
from pathlib import Path

import gymnasium
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

import envs  # noqa: F401 - registers the environments
from envs.batch import Batch
from envs.control_columns import T_COST, T_DISCOMFORT_KH, T_ENERGY_KWH
from envs.setting import make_scene
from hvac_rl.control.encoding import MODE_NAMES, N_MODES, RULE_MODE
from sim_buildings.building import load_building
from sim_buildings.columns import STATE_AIR, Z_AIR
from sim_buildings.simulation import Simulation
from sim_buildings.variation import vary
from sim_buildings.weather import HOURS_PER_DAY
from sim_buildings.world import make_world

FOLDER = Path(
    os.environ.get("HVAC_RL_TUTORIAL", sys.argv[1] if len(sys.argv) == 2 else "demo/tutorial")
)
FOLDER.mkdir(parents=True, exist_ok=True)


def save(figure: plt.Figure, name: str) -> None:
    figure.savefig(FOLDER / f"{name}.png", dpi=100)
    plt.close(figure)
    print(f"picture: {FOLDER / name}.png")


# %% [markdown]
# ## One building, as Gymnasium has it
#
# A step is one hour. An action is a mode for each of the five zones; mode 0 leaves everything to
# the base rule. The guard permits what is permitted, here as in the real building.

# %%
env = gymnasium.make("hvac_rl/SmallOffice-v0")
print("observation:", env.observation_space)
print("action:     ", env.action_space, "=", ", ".join(MODE_NAMES))

WEEK = {"week": 28, "world": 0}
HOURS = 7 * HOURS_PER_DAY


def run_week(choose) -> tuple[dict[str, float], list[float]]:
    """The week's KPIs and the cost of each hour under ``choose(observation) -> action``."""
    observation, info = env.reset(seed=1, options=WEEK)
    costs = []
    for _ in range(HOURS):
        observation, _, _, _, info = env.step(choose(observation))
        costs.append(info["kpis"].cost)
    return info["totals"]._asdict(), costs


rule = np.full(env.action_space.shape, RULE_MODE)
env.action_space.seed(1)
results = {
    "base rule": run_week(lambda _: rule),
    "random modes": run_week(lambda _: env.action_space.sample()),
}

# %% [markdown]
# ## The building management system alone
#
# `Batch` is what lies under the environment: many buildings side by side, one here. Without
# supervision the BMS's own schedule runs the building.

# %%
building = load_building("small_office")
worlds = [make_world(building, seed=1000)]  # the environment's world 0
scene = make_scene(building, worlds)
everybody = np.ones(1, dtype=np.bool_)

alone = Batch(scene, 1)
alone.reset(everybody, np.array([0]), np.array([WEEK["week"] * HOURS]))
alone.unsupervise()
hourly = []
for _ in range(HOURS):
    alone.step(rule.reshape(1, -1))
    hourly.append(alone.totals[0])
sums = np.sum(hourly, axis=0)
results["BMS schedule"] = (
    {
        "cost": sums[T_COST],
        "energy_kwh": sums[T_ENERGY_KWH],
        "thermal_discomfort_kh": sums[T_DISCOMFORT_KH],
    },
    [row[T_COST] for row in hourly],
)

print(f"\n{'a week of July':<16}{'cost $':>10}{'kWh':>10}{'K h a zone':>12}")
for name, (kpis, _) in results.items():
    zones = len(building.zones)
    print(
        f"{name:<16}{kpis['cost']:>10.2f}{kpis['energy_kwh']:>10.1f}"
        f"{kpis['thermal_discomfort_kh'] / zones:>12.2f}"
    )

figure, axis = plt.subplots(figsize=(10, 4), layout="constrained")
for name, (_, costs) in results.items():
    axis.plot(np.arange(HOURS) / HOURS_PER_DAY, np.cumsum(costs), label=name)
axis.set_xlabel("day of the week")
axis.set_ylabel("cost so far [$]")
axis.legend(frameon=False)
save(figure, "week")

# %% [markdown]
# ## Many buildings at once
#
# 64 copies take little longer than one: they are computed side by side. Each may have a week and
# a world of its own. Here all of them follow the rule, each in another week.

# %%
SIZE = 64
batch = Batch(scene, SIZE)
every = np.ones(SIZE, dtype=np.bool_)
weeks = np.arange(SIZE) % 52
batch.reset(every, np.zeros(SIZE, dtype=np.int64), weeks * HOURS)
rules = np.full((SIZE, batch.zones), RULE_MODE)
energy_kwh = np.zeros(SIZE)
for _ in range(HOURS):
    batch.step(rules)
    energy_kwh += batch.totals[:, T_ENERGY_KWH]
print("\nobservations of the batch:", batch.observations.shape)
print(
    f"energy a week: {energy_kwh.min():.0f} to {energy_kwh.max():.0f} kWh, "
    f"most in week {weeks[energy_kwh.argmax()]}"
)

# %% [markdown]
# ## Looking ahead
#
# A snapshot is a moment that one can come back to. Each hour the 64 copies try the ten modes, for
# the whole building and for six hours ahead; the best first hour is then done by all. That needs
# a simulator that knows the future, so it says what would be possible, not what a controller
# reaches.

# %%
AHEAD_H = 6
DISCOMFORT_WEIGHT = 2.0


def burden(of: Batch) -> np.ndarray:
    """Cost and weighted discomfort of the last hour, (size,)."""
    return of.totals[:, T_COST] + DISCOMFORT_WEIGHT * of.totals[:, T_DISCOMFORT_KH]


def begin() -> None:
    day = np.full(SIZE, WEEK["week"] * HOURS + HOURS_PER_DAY)
    batch.reset(every, np.zeros(SIZE, dtype=np.int64), day)


tries = np.repeat((np.arange(SIZE) % N_MODES)[:, None], batch.zones, axis=1)
begin()
ahead, chosen = [], []
for _ in range(HOURS_PER_DAY):
    now = batch.snapshot()
    total = np.zeros(SIZE)
    for step in range(AHEAD_H):
        batch.step(tries if step == 0 else rules)
        total += burden(batch)
    batch.restore(now)
    best = tries[total[:N_MODES].argmin()]
    batch.step(np.tile(best, (SIZE, 1)))
    ahead.append(burden(batch)[0])
    chosen.append(int(best[0]))

begin()
plain = []
for _ in range(HOURS_PER_DAY):
    batch.step(rules)
    plain.append(burden(batch)[0])
print(f"\none day, cost and weighted discomfort: rule {sum(plain):.2f}, ahead {sum(ahead):.2f}")
print("modes chosen:", ", ".join(dict.fromkeys(MODE_NAMES[mode] for mode in chosen)))

figure, axis = plt.subplots(figsize=(10, 4), layout="constrained")
axis.step(range(HOURS_PER_DAY), plain, where="post", label="base rule")
axis.step(range(HOURS_PER_DAY), ahead, where="post", label=f"best of all modes, {AHEAD_H} h ahead")
axis.set_xlabel("hour of the day")
axis.set_ylabel("cost + weighted discomfort [$]")
axis.legend(frameon=False)
save(figure, "look_ahead")

# %% [markdown]
# ## Other buildings of the kind
#
# `vary` draws insulation, mass, glass, people, plant sizes and setpoints anew. The same seed gives
# the same building.

# %%
summer_s = worlds[0].start_s + WEEK["week"] * HOURS * 3600.0
figure, axis = plt.subplots(figsize=(10, 4), layout="constrained")
for seed in range(4):
    variant = vary(building, seed) if seed else building
    simulation = Simulation(variant, make_world(variant, seed=1000), start_s=summer_s, dt_s=300.0)
    simulation.warm_up(7)
    south = variant.zone_names.index("south")
    air_c = []
    for _ in range(2 * HOURS_PER_DAY):
        simulation.step(steps=12)
        air_c.append(simulation.zones[south, STATE_AIR])
    label = f"variant {seed}" if seed else "as in the file"
    axis.plot(air_c, label=f"{label}: {simulation.energy_j / 3.6e6:.0f} kWh")
axis.set_xlabel("hour")
axis.set_ylabel("south zone under the BMS [°C]")
axis.legend(frameon=False)
save(figure, "variants")

# %% [markdown]
# ## Something breaks
#
# A sensor that reads 2 K too much, from the second day on: the BMS believes it and cools the room
# too far. `sim_buildings.fault_columns` lists what else can break.

# %%
simulation = Simulation(building, worlds[0], start_s=summer_s, dt_s=300.0)
simulation.warm_up(7)
south = building.zone_names.index("south")
read_c, true_c = [], []
for hour in range(3 * HOURS_PER_DAY):
    if hour == HOURS_PER_DAY:
        simulation.break_zone("south", sensor_offset_k=2.0)
    simulation.step(steps=12)
    read_c.append(simulation.zones[south, Z_AIR])
    true_c.append(simulation.zones[south, STATE_AIR])
simulation.repair()
drift_k = np.array(read_c) - np.array(true_c)
print(f"\nsensor over truth: {drift_k[0]:.1f} K before, {drift_k[-1]:.1f} K after")

figure, axis = plt.subplots(figsize=(10, 4), layout="constrained")
axis.plot(read_c, label="what the sensor says")
axis.plot(true_c, label="how warm it is")
axis.axvline(HOURS_PER_DAY, color="black", linewidth=0.8, linestyle=":")
axis.set_xlabel("hour")
axis.set_ylabel("south zone [°C]")
axis.legend(frameon=False)
save(figure, "fault")
