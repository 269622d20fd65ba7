"""Giving Modbus points back, each in its own way, and saying which way it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.answers import RefusedError
from adapters.commanding import Attempt, same_raw
from adapters.modbus_address import ModbusAddress, Way
from adapters.modbus_link import Found
from adapters.modbus_wire import carried
from hvac_rl.points import Point
from hvac_rl.ports import Prior
from hvac_rl.records import Outcome

LEFT_VALUES = (Way.RELEASE_VALUE, Way.RESTORE)
"""Ways without a switch: a value is left behind in the register itself."""


@dataclass(slots=True)
class Trace:
    """What we know of a register that we wrote into, in its own unit: the value found before our
    first write, and every value of ours that may stand there now."""

    found: float | None
    wrote: tuple[float, ...]

    def is_ours(self, raw: float) -> bool:
        return any(same_raw(raw, ours) for ours in self.wrote)


class Traces:
    """By point name, for points whose register cannot say itself that a value is ours."""

    def __init__(self) -> None:
        self._by_point: dict[str, Trace] = {}

    def of(self, point: str) -> Trace | None:
        return self._by_point.get(point)

    def recall(self, point: Point, prior: Prior | None) -> Trace | None:
        """What this process knows, else what a former one left in the ledger."""
        known = self._by_point.get(point.name)
        if known is None and prior is not None:
            address: ModbusAddress = point.address  # type: ignore[assignment]
            wrote = tuple(_held(address, point.unit.from_si(value)) for value in prior.wrote)
            found = None if prior.found is None else point.unit.from_si(prior.found)
            known = self._by_point[point.name] = Trace(found, wrote)
        return known

    def writing(self, point: Point, found: float | None, wanted: float) -> None:
        """Before the wire: the last value may still stand there if this one gets lost."""
        address: ModbusAddress = point.address  # type: ignore[assignment]
        ours = _held(address, wanted)
        known = self._by_point.get(point.name)
        if known is None:
            self._by_point[point.name] = Trace(found, (ours,))
        else:
            known.wrote = (*known.wrote[-1:], ours)

    def arrived(self, point: str, stands: float) -> None:
        """Our last value was read back: an older one of ours that stands there later is the
        BMS's."""
        known = self._by_point.get(point)
        if known is not None and same_raw(known.wrote[-1], stands):
            known.wrote = known.wrote[-1:]

    def forget(self, point: str) -> None:
        self._by_point.pop(point, None)


@dataclass(frozen=True, slots=True)
class GiveBack:
    """What to write into the value's register to give a point back, and how to report it.

    ``value`` is ``None`` where nothing is to be written; ``problem`` says why the point cannot be
    given back at all.
    """

    value: float | None
    report: str
    problem: str = ""


def plan_give_back(address: ModbusAddress, trace: Trace | None, found: Found) -> GiveBack:
    """For a way that leaves a value. Raises RefusedError, ValueError or SilentError when the
    register cannot be read."""
    stands = found.value(address.value)
    if trace is None:
        return GiveBack(None, "nothing of ours was there")
    if trace.wrote and not trace.is_ours(stands):
        return GiveBack(
            None, f"left alone: {stands:g} stands there, not our {trace.wrote[-1]:g} any more"
        )
    if address.way is Way.RELEASE_VALUE and address.release_value is not None:
        value = address.release_value
        return GiveBack(value, f"release value {value:g} written")
    if not trace.wrote:
        return GiveBack(None, "", "it is not known what we last wrote; set it by hand")
    if trace.found is None:
        return GiveBack(None, "", "it is not known what stood there before us; set it by hand")
    return GiveBack(trace.found, f"restored {trace.found:g}, found before our first write")


def judge_left(attempt: Attempt, plan: GiveBack, address: ModbusAddress, raw: float) -> None:
    """Ends a release of a way that leaves a value; ``raw`` is what stands there now."""
    effective = attempt.command.point.unit.to_si(raw)
    if plan.value is None or same_raw(raw, _held(address, plan.value)):
        attempt.end(Outcome.OK, plan.report, effective)
    else:
        attempt.end(
            Outcome.MISMATCH, f"{address.value} still holds {raw:g}, not {plan.value:g}", effective
        )


def switched_report(address: ModbusAddress) -> str:
    """How a point with a switch was given back."""
    switch = address.switch
    if switch is None:
        raise ValueError("the point has no switch")
    if address.way is Way.REMOTE:
        return f"{switch.register} cleared"
    if address.way is Way.MODE:
        return f"{switch.register} follows the BMS again ({switch.back:g})"
    return f"{switch.register}: time-out ended"


def is_ours(address: ModbusAddress, switched: float) -> bool:
    """Whether the switch, read as ``switched``, says that our value counts."""
    if address.switch is None:
        return False
    if address.way is Way.MODE:
        return same_raw(switched, address.switch.ours)
    return switched > 0.5


def _held(address: ModbusAddress, raw: float) -> float:
    try:
        return carried(address.value, raw)
    except (RefusedError, ValueError):
        return raw


Priors = Mapping[str, Prior]
