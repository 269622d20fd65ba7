"""The linear program whose optimum no controller of the simulator can undercut.

A step is a control step of 15 minutes; a zone's air has its value at the step's end and its mean
over the step's substeps, and so have envelope and mass. Sums of the substeps' equations are exact
in these; what is not linear is replaced by lines that hold it (docs/agents/bound.md lists them).
Powers in kW, temperatures in °C, flows in m3/s.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.bound.air_side import AirSide
from agents.bound.frame import Beginning, Frame, W
from agents.bound.linear import Program, Term
from agents.bound.week import Week
from envs.setting import Scene
from sim_buildings.air import thicker
from sim_buildings.parameter_columns import (
    PE_HEAT,
    PZ_AIR,
    PZ_AIR_HEAT,
    PZ_ENVELOPE,
    PZ_ENVELOPE_MASS,
    PZ_ENVELOPE_OUTDOOR,
    PZ_EQUIPMENT_BASE,
    PZ_EQUIPMENT_PER_PERSON,
    PZ_EQUIPMENT_RADIANT,
    PZ_INFILTRATION,
    PZ_INFILTRATION_FAN_ON,
    PZ_INFILTRATION_WIND,
    PZ_LIGHTS,
    PZ_LIGHTS_RADIANT,
    PZ_LOCAL_WIND,
    PZ_MASS,
    PZ_MASS_GROUND,
    PZ_MASS_OUTDOOR,
    PZ_PERSON,
    PZ_PERSON_RADIANT,
    PZ_RADIANT_AIR,
    PZ_RADIANT_ENVELOPE,
    PZ_RADIANT_MASS,
    PZ_SUN_AIR,
    PZ_SUN_AIR_RISE,
    PZ_SUN_ENVELOPE,
    PZ_SUN_ENVELOPE_RISE,
    PZ_SUN_MASS,
    PZ_SUN_MASS_RISE,
    PZ_WINDOW_AIR,
    PZ_WINDOW_ENVELOPE,
    PZ_WINDOW_GAIN,
    PZ_WINDOW_MASS,
    PZ_WINDOW_SKY,
    PZ_WINDOW_U,
)
from sim_buildings.thermal import window_share

Floats = NDArray[np.floating]

# How far a room's air is from its mean within a step, at most [K].
AIR_SPREAD_K = 3.0


class Bounding(NamedTuple):
    """The program and what belongs to it."""

    program: Program
    week: Week
    fixed_cost: float
    """Equipment: nobody's choice."""
    comfort: tuple[float, float]
    running: NDArray[np.bool_]
    """(S,) steps in which the air handler runs from beginning to end."""
    mean_leak_w_k: Floats
    """(S, Z) with the fan off."""


def build(scene: Scene, week: Week, beginning: Beginning, discomfort_price: float) -> Bounding:
    """The program of one week.

    It minimises cost + ``discomfort_price`` x discomfort [K h, sum of zones].
    """
    frame = Frame(scene, week, beginning, discomfort_price)
    side = AirSide(frame)
    equipment_w, mean_leak = _heat(frame, side)
    limits = scene.zone_limits
    return Bounding(
        frame.program,
        week,
        float((frame.price[:, None] * equipment_w).sum()) * W,
        (limits.comfort_min_c, limits.comfort_max_c),
        frame.running,
        mean_leak,
    )


def _heat(frame: Frame, side: AirSide) -> tuple[Floats, Floats]:
    """The balances of air, envelope and mass; (equipment [W], leakage [W/K]), (S, Z) each."""
    week, own, rows = frame.week, frame.own, frame.program.rows
    mean = week.by_step
    outdoor, ground = mean(week.outdoor_c)[:, None], mean(week.ground_c)[:, None]
    # The windows' film changes too slowly within a step to matter (see the trajectories' test).
    share = window_share(own[:, PZ_WINDOW_U], week.window_m2_k_w[:, None])
    glass_c = week.outdoor_c[:, None] + own[:, PZ_WINDOW_SKY] * week.window_sky_k[:, None]
    passing, pulled = mean(share), mean(share * glass_c)
    gain = 1.0 + own[:, PZ_WINDOW_GAIN] * (1.0 - passing)
    by_cycle = 1.0 + own[:, PZ_WINDOW_GAIN] * (1.0 - week.by_cycle(share))
    people = mean(week.people)
    people_w = people * own[:, PZ_PERSON]
    equipment_w = own[:, PZ_EQUIPMENT_BASE] + people * own[:, PZ_EQUIPMENT_PER_PERSON]
    lights = own[:, PZ_LIGHTS]
    radiant = own[:, PZ_PERSON_RADIANT] * people_w
    radiant = radiant + own[:, PZ_EQUIPMENT_RADIANT] * equipment_w
    light_radiant = own[:, PZ_LIGHTS_RADIANT] * lights
    gains = people_w + equipment_w

    leak = own[:, PZ_AIR_HEAT] * (
        own[:, PZ_INFILTRATION]
        + own[:, PZ_INFILTRATION_WIND] * own[:, PZ_LOCAL_WIND] * week.wind_m_s[:, None]
    ) * np.array([thicker(float(t)) for t in week.outdoor_c])[:, None]  # fmt: skip
    mean_leak = mean(leak)
    by_row = leak.reshape(-1, frame.rows_a_step, leak.shape[1])
    spread = np.abs(by_row - mean_leak[:, None]).max(axis=1)
    # Wind and temperature change within a step: sum of products against product of sums.
    slack_w = spread * (AIR_SPREAD_K + 1.0)
    # Where the fan may start within a step, leakage changes with it.
    furthest = np.maximum(np.abs(frame.low - outdoor), np.abs(frame.high - outdoor))
    slack_w = slack_w + np.where(frame.running[:, None], 0.0, 0.5 * spread * furthest)
    pressed = own[:, PZ_INFILTRATION_FAN_ON]
    run = frame.running[:, None]
    fixed = np.where(run, pressed, 1.0) * mean_leak
    slack_of = frame.program.variable("leak within a step", frame.shape, -slack_w * W, slack_w * W)
    # Where running is a choice, so is how much leaks: on x (T - T_out), McCormick.
    f = np.flatnonzero(~frame.running)
    saved = frame.program.variable("leak saved", frame.shape, -60.0, 60.0)
    frame.program.rows("no leak saved", [(1.0, saved[frame.running])], 0.0, 0.0)
    much = (1.0 - pressed) * mean_leak[f] * W
    lo, hi = frame.low[f] - outdoor[f], frame.high[f] - outdoor[f]
    on, air = side.on[f, None], frame.air_mean[f]
    slack = (1.0 - pressed) * slack_w[f] * W
    rows("leak saved 1", [(1.0, saved[f]), (-much * lo, on)], -slack, np.inf)
    rows("leak saved 2", [(1.0, saved[f]), (-much * hi, on)], -np.inf, slack)
    rows(
        "leak saved 3", [(1.0, saved[f]), (-much * hi, on), (-much, air)],
        -much * (hi + outdoor[f]) - slack, np.inf,
    )  # fmt: skip
    rows(
        "leak saved 4", [(1.0, saved[f]), (-much * lo, on), (-much, air)], -np.inf,
        -much * (lo + outdoor[f]) + slack,
    )  # fmt: skip

    h = frame.step_h * 3600.0
    air, end = frame.air_mean, frame.air
    store = own[:, PZ_AIR] / h * W
    terms: list[Term] = [
        (store, end[1:]), (-store, end[:-1]),
        (-1.0, frame.flow["envelope"]), (-1.0, frame.flow["mass"]),
        (own[:, PZ_WINDOW_AIR] * passing * W + fixed * W, air), (-1.0, saved), (-1.0, slack_of),
        *frame.mean_of(-own[:, PZ_SUN_AIR] * by_cycle, frame.sun),
        (-own[:, PZ_SUN_AIR_RISE] * gain, frame.moved),
        *frame.mean_of(
            -(own[:, PZ_RADIANT_AIR] * light_radiant + lights - light_radiant) * W, frame.light
        ),
        (-1.0, side.supplied), (-1.0, side.reheat),
    ]  # fmt: skip
    known = own[:, PZ_WINDOW_AIR] * pulled + fixed * outdoor
    known = known + own[:, PZ_RADIANT_AIR] * radiant + gains - radiant
    _with_neighbours(frame, "air", terms, known * W)
    glass_w, wall = own[:, PZ_WINDOW_ENVELOPE], own[:, PZ_ENVELOPE_OUTDOOR]
    across = own[:, PZ_ENVELOPE_MASS] * W
    envelope, mass = frame.means["envelope"], frame.means["mass"]
    store = own[:, PZ_ENVELOPE] / h * W
    known = (
        glass_w * pulled + wall * outdoor + own[:, PZ_RADIANT_ENVELOPE] * radiant
        + mean(week.wall_sun_w)
    )  # fmt: skip
    rows(
        "envelope",
        [(store, frame.ends["envelope"][1:]), (-store, frame.ends["envelope"][:-1]),
         (1.0, frame.flow["envelope"]), ((glass_w * passing + wall) * W + across, envelope),
         (-across, mass), *frame.mean_of(-own[:, PZ_SUN_ENVELOPE] * by_cycle, frame.sun),
         (-own[:, PZ_SUN_ENVELOPE_RISE] * gain, frame.moved),
         *frame.mean_of(-own[:, PZ_RADIANT_ENVELOPE] * light_radiant * W, frame.light)],
        known * W, known * W,
    )  # fmt: skip
    glass_w, edge, deep = (
        own[:, PZ_WINDOW_MASS],
        own[:, PZ_MASS_OUTDOOR],
        own[:, PZ_MASS_GROUND],
    )
    store = own[:, PZ_MASS] / h * W
    known = glass_w * pulled + edge * outdoor + deep * ground + own[:, PZ_RADIANT_MASS] * radiant
    rows(
        "mass",
        [(store, frame.ends["mass"][1:]), (-store, frame.ends["mass"][:-1]),
         (1.0, frame.flow["mass"]), ((glass_w * passing + edge + deep) * W + across, mass),
         (-across, envelope), *frame.mean_of(-own[:, PZ_SUN_MASS] * by_cycle, frame.sun),
         (-own[:, PZ_SUN_MASS_RISE] * gain, frame.moved),
         *frame.mean_of(-own[:, PZ_RADIANT_MASS] * light_radiant * W, frame.light)],
        known * W, known * W,
    )  # fmt: skip
    return equipment_w, mean_leak


def _with_neighbours(frame: Frame, name: str, terms: list[Term], known: Floats) -> None:
    """The air's rows zone by zone: each has links of its own, at the substeps' beginnings."""
    params = frame.week.params
    for z in range(frame.shape[1]):
        own: list[Term] = [
            (np.broadcast_to(np.asarray(c), frame.shape)[:, z], index[:, z]) for c, index in terms
        ]
        for k in range(params.link_start[z], params.link_start[z + 1]):
            other, heat = params.link_other[k], params.edges[params.link_edge[k], PE_HEAT] * W
            for where, sign in ((z, heat), (other, -heat)):
                each = sign / frame.rows_a_step
                own += [
                    (sign, frame.air_mean[:, where]),
                    (each, frame.air[:-1, where]),
                    (-each, frame.air[1:, where]),
                ]
        frame.program.rows(f"{name} {z}", own, known[:, z], known[:, z])
