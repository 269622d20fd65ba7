"""Modbus: the entry point. TCP, RTU frames over TCP, and RTU over a serial line."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import cast

from adapters import modbus_address
from adapters.limits import Limit, Traffic, TrafficLimits, parse_limits
from adapters.modbus_blocks import LONGEST_BITS, LONGEST_WORDS, WIDEST_GAP, BlockRules
from adapters.modbus_device import ModbusAdapter
from adapters.modbus_line import Line, Place, SerialPlace, TcpPlace
from adapters.modbus_link import DeviceRules
from adapters.parsing import Row
from hvac_rl.errors import ConfigError
from hvac_rl.ports import Adapter, DeviceSpec, Endpoint

__all__ = ["ModbusAdapter", "ModbusKind", "ModbusOptions"]

MODBUS_PORT = 502
ONE_AT_A_TIME = Limit(1)
LIMITS = TrafficLimits(device=ONE_AT_A_TIME, network=ONE_AT_A_TIME)
"""Modbus is question and answer; behind a gateway or on a serial line there is one wire."""
PARITIES = {"none": "N", "even": "E", "odd": "O"}
BAUD_RATES = (1200, 1_000_000)


@dataclass(frozen=True, slots=True)
class ModbusOptions:
    place: Place
    unit_id: int
    rules: DeviceRules = field(default_factory=DeviceRules)


class ModbusKind:
    def __init__(self) -> None:
        self._shared: dict[str, Line] = {}

    def parse_options(self, raw: Mapping[str, object]) -> Hashable:
        """Where: ``host``, ``port`` (502) and ``framing`` (tcp or rtu); or ``serial`` with
        ``baud_rate`` (19200), ``parity`` (even), ``stop_bits``. Which: ``unit_id`` (1).

        How it wants to be asked: ``longest_block`` (registers a request, 124), ``longest_bits``,
        ``widest_gap`` (unasked registers read along, 8), ``single_writes`` (function 16 or 6).
        """
        row = Row(raw)
        place = _serial(row) if row.has("serial") else _tcp(row)
        on_wire = isinstance(place, SerialPlace) or place.rtu
        # Unit 0 is everybody on a serial line, and nobody answers.
        unit_id = row.whole("unit_id", 1 if on_wire else 0, 247 if on_wire else 255, 1)
        blocks = BlockRules(
            longest_words=row.whole("longest_block", 4, LONGEST_WORDS + 1, LONGEST_WORDS),
            longest_bits=row.whole("longest_bits", 1, LONGEST_BITS, LONGEST_BITS),
            widest_gap=row.whole("widest_gap", 0, LONGEST_WORDS, WIDEST_GAP),
        )
        single_writes = row.whole("single_writes", 6, 16, 16)
        if single_writes not in (6, 16):
            raise row.wrong("single_writes", f"must be 6 or 16, not {single_writes}")
        row.done()
        return ModbusOptions(place, unit_id, DeviceRules(blocks, single_writes))

    def parse_address(self, raw: Mapping[str, object], *, writable: bool) -> Hashable:
        """``table``, ``register`` (0-based), ``type`` and more; see ``modbus_address``."""
        return modbus_address.parse_address(Row(raw), writable=writable)

    def is_loopback(self, options: Hashable) -> bool:
        place = cast(ModbusOptions, options).place
        if isinstance(place, SerialPlace):
            return False
        if place.host == "localhost":
            return True
        try:
            return ip_address(place.host).is_loopback
        except ValueError:
            # A name: where it leads is not known before it is resolved.
            return False

    def endpoint(self, options: Hashable) -> Endpoint | None:
        """Where a drill finds the device; nowhere on a serial line."""
        place = cast(ModbusOptions, options).place
        return None if isinstance(place, SerialPlace) else Endpoint("tcp", place.host, place.port)

    async def open(
        self, devices: Sequence[DeviceSpec], local: Mapping[str, object]
    ) -> Mapping[str, Adapter]:
        """Connections open with the first call to each device.

        ``local`` may hold ``limits``; its networks go by their names, "host:port" or the serial
        port. Raises ConfigError for wrong limits or two devices that disagree on their line.
        """
        limits = _limits(local)
        # pymodbus logs every failed attempt; the loss of a device is ours to tell, once.
        logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
        traffic = Traffic(limits)
        options = {spec.name: cast(ModbusOptions, spec.options) for spec in devices}
        places = _places(options)
        adapters: dict[str, Adapter] = {}
        for spec in devices:
            mine = options[spec.name]
            name = str(mine.place)
            several = places[name] > 1
            one_wire = isinstance(mine.place, SerialPlace) or mine.place.rtu
            line = self._shared.setdefault(name, Line(mine.place)) if one_wire else Line(mine.place)
            adapters[spec.name] = ModbusAdapter(
                spec,
                line,
                mine.unit_id,
                mine.rules,
                traffic.route(name if one_wire or several else None),
                owns_line=not one_wire,
            )
        return adapters

    async def close(self) -> None:
        while self._shared:
            _, line = self._shared.popitem()
            line.close()


def _tcp(row: Row) -> TcpPlace:
    framing = row.choice("framing", ("tcp", "rtu"), "tcp")
    return TcpPlace(row.text("host"), row.whole("port", 1, 65535, MODBUS_PORT), framing == "rtu")


def _serial(row: Row) -> SerialPlace:
    parity = PARITIES[row.choice("parity", tuple(PARITIES), "even")]
    # Eleven bits a character, with parity or with a second stop bit (V1.02, 2.5.1).
    stop_bits = row.whole("stop_bits", 1, 2, 2 if parity == "N" else 1)
    return SerialPlace(
        row.text("serial"), row.whole("baud_rate", *BAUD_RATES, 19_200), parity, stop_bits
    )


def _limits(local: Mapping[str, object]) -> TrafficLimits:
    row = Row(local)
    try:
        limits = parse_limits(row.row("limits"), LIMITS)
        row.done()
    except ValueError as error:
        raise ConfigError("local: modbus", str(error)) from error
    return limits


def _places(options: Mapping[str, ModbusOptions]) -> dict[str, int]:
    """How many devices share each place. Raises ConfigError when they set it differently."""
    first: dict[str, tuple[str, Place]] = {}
    count: dict[str, int] = {}
    for device, mine in options.items():
        name = str(mine.place)
        other, place = first.setdefault(name, (device, mine.place))
        if place != mine.place:
            raise ConfigError(
                f"devices: {device}", f"sets {name} otherwise than {other}, on the same line"
            )
        count[name] = count.get(name, 0) + 1
    return count
