"""Points of a Modbus device, and commands for them."""

from __future__ import annotations

from adapters.modbus import ModbusKind
from hvac_rl.points import Point, WriteAccess
from hvac_rl.records import Command, CommandKind
from hvac_rl.units import UNITS

KIND = ModbusKind()
ANY_VALUE = WriteAccess(minimum=-1e6, maximum=1e6, deadband=0.0, daily_writes=100)


def sensor(register: int, type_: str = "float32", table: str = "input", **more: object) -> Point:
    raw = {"table": table, "register": register, "type": type_, **more}
    return Point(
        name=f"{table}.{register}" + (f".{more['bit']}" if "bit" in more else ""),
        device="gateway",
        of="south",
        brick="Point",
        unit=UNITS["lux"],
        address=KIND.parse_address(raw, writable=False),
    )


def command_point(unit: str = "percent", **raw: object) -> Point:
    """A writable holding register 20 unless said otherwise; says itself how it is given back."""
    row = {"table": "holding", "register": 20, "type": "float32", **raw}
    return Point(
        name=f"blind.{row['register']}",
        device="gateway",
        of="south",
        brick="Position_Command",
        unit=UNITS[unit],
        address=KIND.parse_address(row, writable=True),
        write=ANY_VALUE,
    )


def blind(register: int = 20, **more: object) -> Point:
    """Given back by a coil."""
    return command_point(
        **{
            "register": register,
            "effective": {"table": "input", "register": register},
            "remote": {"table": "coil", "register": register},
            **more,
        }
    )


def set_to(target: Point, value: float) -> Command:
    return Command(kind=CommandKind.SET, point=target, priority=13, value=value)


def give_back(target: Point) -> Command:
    return Command(kind=CommandKind.RELEASE, point=target, priority=13)


def beat(target: Point, value: float) -> Command:
    return Command(kind=CommandKind.HEARTBEAT, point=target, priority=13, value=value)
