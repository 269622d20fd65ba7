"""Boxes, air handler, fan and plant in the program."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.bound.frame import Frame, W
from agents.bound.linear import Term
from sim_buildings.parameter_columns import (
    PB_HEATING_GAS,
    PB_HEATING_LOSS,
    PH_AIR_HEAT,
    PH_AIRFLOW,
    PH_DISCHARGE_MAX,
    PH_FAN_EFFICIENCY,
    PH_INTERNAL_PRESSURE,
    PH_OUTDOOR_AIR,
    PZ_AIRFLOW_HEATING,
    PZ_AIRFLOW_MAX,
    PZ_AIRFLOW_MIN,
    PZ_REHEAT,
)

Floats = NDArray[np.floating]

LEAST_SUPPLY_C = 11.9
"""Under the least supply air setpoint that the guard permits."""
FAN_POINTS = (0.2, 0.35, 0.5, 0.7, 1.0)
FAN_MOST_PA = 500.0


class AirSide:
    """What the air handler does: whether it runs, flows, heat and cold; all by step."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._boxes()
        self._plant()

    def _boxes(self) -> None:
        frame = self.frame
        week, own, handler = frame.week, frame.own, frame.handler
        make = frame.program.variable
        rows, steps = frame.program.rows, week.steps
        heat, n = handler[PH_AIR_HEAT] * W, frame.rows_a_step
        least, most = own[:, PZ_AIRFLOW_MIN], own[:, PZ_AIRFLOW_MAX]
        run = frame.running
        ran = week.running.reshape(steps, week.cycles).mean(axis=1)
        self.on = make("on", (steps,), ran, 1.0)
        self.extra = make("extra flow", frame.shape, 0.0, np.maximum(most - least, 0.0))
        rows(
            "extra flow",
            [(1.0, self.extra), (-np.maximum(most - least, 0.0), self.on[:, None])], -np.inf, 0.0,
        )  # fmt: skip
        self.reheat = make("reheat", frame.shape, 0.0, own[:, PZ_REHEAT] * W)
        rows(
            "reheat", [(1.0, self.reheat), (-own[:, PZ_REHEAT] * W, self.on[:, None])], -np.inf, 0.0
        )
        warmest = handler[PH_DISCHARGE_MAX]
        top = frame.high.max(axis=1)
        outdoor = week.by_step(week.outdoor_c)
        coldest = self._coldest_supply(least)
        lift_k = (warmest - coldest)[:, None]
        rows(
            "reheat by flow",
            [(1.0, self.reheat), (-heat * lift_k, self.extra),
             (-heat * lift_k * least, self.on[:, None])], -np.inf, 0.0,
        )  # fmt: skip
        self.supplied = make("supplied", frame.shape, -60.0, 60.0)
        supply_most = np.maximum(top, outdoor) + 1.2
        self.supply = make("supply air", (steps,), coldest, supply_most)
        # A box that heats draws more than its least flow only with its coil at the limit.
        room_k = np.maximum(supply_most[:, None] - frame.low, 0.0)
        ratio = room_k / np.maximum(warmest - supply_most[:, None], 1.0)
        ratio = ratio * np.maximum(1.0 - least / np.maximum(own[:, PZ_AIRFLOW_HEATING], least), 0.0)
        cold = heat * (frame.high - coldest[:, None])
        r = np.flatnonzero(run)
        base: list[Term] = [
            (1.0, self.supplied[r]), (-heat * least, self.supply[r, None]),
            (heat * least, frame.air_mean[r]), (heat * least / n, frame.air[r]),
            (-heat * least / n, frame.air[r + 1]),
        ]  # fmt: skip
        rows("supplied, least", [*base, (cold[r], self.extra[r])], 0.0, np.inf)
        rows("supplied, most", [*base, (-ratio[r], self.reheat[r])], -np.inf, 0.0)
        f = np.flatnonzero(~run)
        rows(
            "supplied at will, least",
            [(1.0, self.supplied[f]), (cold[f] * least, self.on[f, None]),
             (cold[f], self.extra[f])], 0.0, np.inf,
        )  # fmt: skip
        rows(
            "supplied at will, most",
            [(1.0, self.supplied[f]), (-heat * least * room_k[f], self.on[f, None]),
             (-ratio[f], self.reheat[f])], -np.inf, 0.0,
        )  # fmt: skip
        self._fan(least)
        self._ventilation(least, most, heat, outdoor)

    def _coldest_supply(self, least: Floats) -> Floats:
        """(S,) what the coil makes at most, or what mixes with the most outdoor air that is set."""
        frame = self.frame
        lowest = frame.low.min(axis=1)
        outdoor = frame.week.outdoor_c.reshape(-1, frame.rows_a_step).min(axis=1)
        share = min(1.0, frame.handler[PH_OUTDOOR_AIR] / least.sum())
        mixed = lowest + share * np.minimum(outdoor - lowest, 0.0)
        return np.asarray(np.minimum(mixed, LEAST_SUPPLY_C))

    def _fan(self, least: Floats) -> None:
        frame = self.frame
        handler = frame.handler
        design, efficiency = handler[PH_AIRFLOW], handler[PH_FAN_EFFICIENCY]
        duct = frame.scene.handler_limits.static_pressure_min_pa
        inner = handler[PH_INTERNAL_PRESSURE]
        self.fan = frame.program.variable(
            "fan", (frame.week.steps,), 0.0,
            2.0 * design * (FAN_MOST_PA + inner) / efficiency * W, frame.price,
        )  # fmt: skip
        for share in FAN_POINTS:
            # Tangents of V (p + p_i (V / V_d)^2) / eta, which is convex; nothing where none is on.
            at = share * design
            value = at * (duct + inner * share * share) / efficiency * W
            slope = (duct + 3.0 * inner * share * share) / efficiency * W
            frame.program.rows_of_sums(
                "fan", [(-slope, self.extra)], 0.0, np.inf,
                [(1.0, self.fan), (-(slope * least.sum() + value - slope * at), self.on)],
            )  # fmt: skip

    def _ventilation(self, least: Floats, most: Floats, heat: float, outdoor: Floats) -> None:
        """Heat lost with outdoor air: V_out (T_return - T_out)."""
        frame = self.frame
        week, rows, sums = frame.week, frame.program.rows, frame.program.rows_of_sums
        self.lost = frame.program.variable("ventilation", (week.steps,), -60.0, 120.0)
        lowest, highest = frame.low.min(axis=1), frame.high.max(axis=1)
        design = frame.handler[PH_OUTDOOR_AIR]
        n = frame.rows_a_step
        out = week.outdoor_c.reshape(-1, n)
        warm_k = np.maximum(highest - out.min(axis=1), 0.0)
        cold_k = np.maximum(out.max(axis=1) - lowest, 0.0)
        needed = week.outdoor_air_m3_s.reshape(week.steps, week.cycles).min(axis=1)
        needed = np.minimum(needed, least.sum())
        share = least / (least + most.sum() - most)
        r = np.flatnonzero(frame.running)
        each = heat * needed[r, None] * share
        start: list[Term] = [
            (-each, frame.air_mean[r]), (-each / n, frame.air[r]), (each / n, frame.air[r + 1])
        ]  # fmt: skip
        weight = 1.0 - share.sum()
        sums(
            "ventilation, least", start,
            heat * needed[r] * (weight * lowest[r] - outdoor[r])
            - heat * (design - needed[r]) * cold_k[r], np.inf,
            [(1.0, self.lost[r])],
        )  # fmt: skip
        sums(
            "ventilation, most",
            [*start, (-heat * warm_k[r, None], self.extra[r])], -np.inf,
            heat * needed[r] * (weight * highest[r] - outdoor[r])
            + heat * (least.sum() - needed[r]) * warm_k[r],
            [(1.0, self.lost[r])],
        )  # fmt: skip
        f = np.flatnonzero(~frame.running)
        rows(
            "ventilation at will, least",
            [(1.0, self.lost[f]), (heat * design * cold_k[f], self.on[f])], 0.0, np.inf,
        )  # fmt: skip
        sums(
            "ventilation at will, most", [(-heat * warm_k[f, None], self.extra[f])], -np.inf, 0.0,
            [(1.0, self.lost[f]), (-heat * warm_k[f] * least.sum(), self.on[f])],
        )  # fmt: skip

    def _plant(self) -> None:
        frame = self.frame
        week, plant = frame.week, frame.week.params.building
        worst = week.cooling_cop.reshape(-1, frame.rows_a_step).max(axis=1)
        capacity = week.by_step(week.cooling_capacity_w)
        self.coil = frame.program.variable(
            "coil", (week.steps,), 0.0, capacity * W, frame.price / worst
        )
        gas = plant[PB_HEATING_GAS] > 0.5
        price = week.by_step(week.gas_price) * frame.step_h if gas else frame.price
        heating = week.by_step(week.heating_capacity_w)
        largest = frame.own[:, PZ_REHEAT].sum()
        part = (
            np.minimum(largest / week.heating_capacity_w, 1.0)
            .reshape(-1, frame.rows_a_step)
            .max(axis=1)
        )
        cop = week.heating_cop.reshape(-1, frame.rows_a_step).max(axis=1)
        factor = 1.0 - plant[PB_HEATING_LOSS] * (1.0 - part)
        self.heating = frame.program.variable(
            "heating", (week.steps,), 0.0, np.minimum(heating, largest) * W, price / (cop * factor)
        )
        sums = frame.program.rows_of_sums
        sums("heating", [(-1.0, self.reheat)], 0.0, 0.0, [(1.0, self.heating)])
        sums(
            "air handler", [(1.0, self.supplied)], 0.0, 0.0,
            [(1.0, self.lost), (-1.0, self.fan), (1.0, self.coil)],
        )  # fmt: skip
