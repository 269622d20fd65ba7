"""From registers to readings. The plan of a set of points is made once and used every cycle."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import cast

from adapters.answers import RefusedError
from adapters.modbus_address import ModbusAddress
from adapters.modbus_give_back import LEFT_VALUES, Traces, is_ours
from adapters.modbus_link import Found, Request
from hvac_rl.points import Point
from hvac_rl.records import Quality, Reading


class Reader:
    """The registers of some points, and the readings that come of them, in order."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = tuple(points)
        addresses = [cast(ModbusAddress, point.address) for point in points]
        self.request = Request(register for a in addresses for register in a.registers())
        places = self.request.place_of
        self._rows = [
            (
                point,
                address,
                # A bare sensor, the great majority, is a number and nothing else.
                -1 if len(address.registers()) > 1 or address.way else places[address.value],
                point.name,
                point.unit.scale,
                point.unit.offset,
            )
            for point, address in zip(points, addresses, strict=True)
        ]

    def readings(self, found: Found, time_s: float, why: str, traces: Traces) -> list[Reading]:
        """``why`` is said of what was not answered."""
        values = found.values
        readings: list[Reading] = []
        for point, address, place, name, scale, offset in self._rows:
            raw = values[place] if place >= 0 else None
            if type(raw) is float and -inf < raw < inf:
                value = raw * scale + offset
                readings.append(Reading(point=name, time_s=time_s, value=value))
            else:
                readings.append(_reading(point, address, found, time_s, why, traces))
        return readings


def _reading(
    point: Point, address: ModbusAddress, found: Found, time_s: float, why: str, traces: Traces
) -> Reading:
    def reading(value: float | None, quality: Quality, detail: str = "") -> Reading:
        return Reading(
            point=point.name, time_s=time_s, value=value, quality=quality, detail=detail, ours=ours
        )

    ours: float | None = None
    if not found.has(address.registers()):
        return reading(None, Quality.NO_ANSWER, why)
    try:
        if address.switch and is_ours(address, found.value(address.switch.register)):
            ours = point.unit.to_si(found.value(address.value))
        elif address.way in LEFT_VALUES:
            trace = traces.of(point.name)
            stands = found.value(address.value)
            if trace is not None and trace.is_ours(stands):
                ours = point.unit.to_si(stands)
        if address.fault is not None and found.value(address.fault) > 0.5:
            return reading(None, Quality.FAULT, f"{address.fault} is set")
        raw = found.value(address.effective or address.value)
        by_hand = address.by_hand is not None and found.value(address.by_hand) > 0.5
    except RefusedError as refusal:
        return reading(None, Quality.FAULT, str(refusal))
    except ValueError as error:
        return reading(None, Quality.INVALID, str(error))
    if not -inf < raw < inf:
        return reading(None, Quality.INVALID, f"{raw} is not a number")
    return reading(
        point.unit.to_si(raw), Quality.GOOD, "overridden at the device" if by_hand else ""
    )
