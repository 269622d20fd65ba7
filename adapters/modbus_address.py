"""Modbus addresses in the site file: where a value is, and how a writable one is given back.

Modbus knows neither priorities nor release. So every writable point names one way back:

- ``remote``: a coil or a bit that says whether our value is wanted;
- ``mode``: a register that says whom the device follows, us or the BMS's schedule;
- ``time_out``: a register of seconds during which the device honours our value;
- ``release_value``: a value to leave behind;
- ``restore: found``: the value found before our first write, unless somebody changed it since.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adapters.modbus_wire import BIT_TABLES, FORMATS, ORDERS, TABLES, WHOLE, Register
from adapters.parsing import Row

HIGHEST_REGISTER = 65535
LONGEST_TIME_OUT_S = 86_400
WAYS = ("remote", "mode", "time_out", "release_value", "restore")
TABLE_OF_DIGIT = {"0": "coil", "1": "discrete", "3": "input", "4": "holding"}
"""Leading digit of the conventional numbers: 40001 is holding register 0."""


class Way(StrEnum):
    """How a point is given back."""

    REMOTE = "remote"
    MODE = "mode"
    TIME_OUT = "time_out"
    RELEASE_VALUE = "release_value"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Switch:
    """Where the device is told whose value counts: ``ours`` or ``back``, in the register's own
    numbers. For a time-out ``ours`` is seconds, and anything above 0 still counts as ours."""

    register: Register
    ours: float = 1.0
    back: float = 0.0


@dataclass(frozen=True, slots=True)
class ModbusAddress:
    """A point's register. ``effective`` is where the value in force is read. ``fault`` and
    ``by_hand`` are flags that speak against the value, or of somebody at the device."""

    value: Register
    effective: Register | None = None
    way: Way | None = None
    switch: Switch | None = None
    release_value: float | None = None
    fault: Register | None = None
    by_hand: Register | None = None

    def registers(self) -> tuple[Register, ...]:
        """All registers that say something of the point."""
        switch = self.switch.register if self.switch else None
        places = (self.value, self.effective, switch, self.fault, self.by_hand)
        return tuple(place for place in places if place is not None)

    def __str__(self) -> str:
        return str(self.value)


def parse_address(row: Row, *, writable: bool) -> ModbusAddress:
    """Raises ValueError("key: what is wrong")."""
    value = _register(row)
    fault, by_hand = _flag(row, "fault"), _flag(row, "by_hand")
    effective_row = row.row("effective")
    given = [way for way in WAYS if row.has(way)]
    if not writable:
        for key in (*(["effective"] if effective_row else []), *given):
            raise row.wrong(key, "belongs to a point with write: only")
        row.done()
        return ModbusAddress(value, fault=fault, by_hand=by_hand)
    if value.table not in ("holding", "coil"):
        raise row.wrong("table", f"{value.table} registers cannot be written")
    if len(given) > 1:
        raise row.wrong(given[1], f"is one way back too many: {given[0]} is there already")
    way = Way(given[0]) if given else None
    switch, release_value = _switch(row, way), None
    if way is Way.RELEASE_VALUE:
        release_value = row.number("release_value")
    elif way is Way.RESTORE:
        row.choice("restore", ("found",))
    row.done()
    needs_effective = way in (None, Way.REMOTE, Way.MODE, Way.TIME_OUT)
    if effective_row is None and needs_effective:
        raise row.wrong("effective", "is missing: where is the value in force read?")
    if way is None:
        raise row.wrong(
            "remote",
            "is missing: Modbus has no release, so without a word on how the point is given back "
            f"(one of {', '.join(WAYS)}) it could never be",
        )
    effective = None
    if effective_row is not None:
        effective = _register(effective_row, like=value)
        effective_row.done()
    return ModbusAddress(value, effective, way, switch, release_value, fault, by_hand)


def _switch(row: Row, way: Way | None) -> Switch | None:
    if way is Way.REMOTE:
        remote = row.row("remote")
        assert remote is not None
        return Switch(_bit(remote, "coil", "holding"))
    if way is Way.MODE:
        mode = row.row("mode")
        assert mode is not None
        ours, back = mode.number("ours"), mode.number("bms")
        if ours == back:
            raise mode.wrong("bms", f"is {back:g} like ours: the register could not tell them")
        return Switch(_writable_number(mode), ours, back)
    if way is Way.TIME_OUT:
        time_out = row.row("time_out")
        assert time_out is not None
        seconds = time_out.whole("seconds", 1, LONGEST_TIME_OUT_S)
        return Switch(_writable_number(time_out), float(seconds), 0.0)
    return None


def _writable_number(row: Row) -> Register:
    register = _register(row)
    row.done()
    if register.table != "holding" or register.states or register.absent:
        raise row.wrong("table", "must be holding, without states")
    return register


def _flag(row: Row, key: str) -> Register | None:
    nested = row.row(key)
    return None if nested is None else _bit(nested, *TABLES)


def _bit(row: Row, *tables: str) -> Register:
    """A coil, a discrete input, or one bit of a register."""
    table, number = _place(row, tables)
    if table in BIT_TABLES:
        row.done()
        return Register(table, number, "bool")
    bit = row.whole("bit", 0, 15)
    row.done()
    return Register(table, number, "uint16", bit=bit)


def _register(row: Row, like: Register | None = None) -> Register:
    """A row's register; an ``effective`` row takes what it leaves out from its point."""
    table, number = _place(row, TABLES)
    if table in BIT_TABLES:
        return Register(
            table, number, row.choice("type", ("bool",), "bool"), states=_states(row, like)
        )
    same = like if like and like.table not in BIT_TABLES else None
    kind = row.choice("type", tuple(FORMATS), *((same.type,) if same else ()))
    scale = row.number("scale", same.scale if same else 1.0)
    if scale == 0:
        raise row.wrong("scale", "must not be 0")
    bit = same.bit if same else None
    if row.has("bit"):
        bit = row.whole("bit", 0, 15)
    if bit is not None and kind not in ("uint16", "bool"):
        raise row.wrong("bit", f"is one of a uint16 register, not of a {kind}")
    register = Register(
        table,
        number,
        kind,
        row.choice("word_order", ORDERS, same.word_order if same else "big"),
        scale,
        row.number("offset", same.offset if same else 0.0),
        row.choice("byte_order", ORDERS, same.byte_order if same else "big"),
        bit,
        _states(row, same),
        tuple(row.numbers_in("absent")) if row.has("absent") else (same.absent if same else ()),
    )
    if register.states and kind not in WHOLE:
        raise row.wrong("states", f"are codes of a whole number, not of a {kind}")
    if number + register.count > HIGHEST_REGISTER + 1:
        raise row.wrong("register", f"a {kind} at {number} runs past the last register")
    return register


def _states(row: Row, like: Register | None) -> tuple[tuple[int, float], ...]:
    """``states: {device's code: number}``, each number once so that it can be written too."""
    if not row.has("states"):
        return like.states if like else ()
    states: list[tuple[int, float]] = []
    for text, number in row.numbers("states").items():
        if not text.lstrip("-").isdecimal():
            raise row.wrong("states", f"{text!r} is not a whole number that the device could hold")
        if number in dict(states).values():
            raise row.wrong("states", f"{number:g} has two codes")
        states.append((int(text), number))
    return tuple(states)


def _place(row: Row, tables: tuple[str, ...]) -> tuple[str, int]:
    """``table`` and ``register`` (0-based), or the conventional ``number`` (40001 and on)."""
    if not row.has("number"):
        return row.choice("table", tables), row.whole("register", 0, HIGHEST_REGISTER)
    for key in ("table", "register"):
        if row.has(key):
            raise row.wrong(key, "is already said by number")
    text = row.digits("number", (5, 6))
    table, counted = TABLE_OF_DIGIT.get(text[0], ""), int(text[1:])
    if table not in tables or not 1 <= counted <= HIGHEST_REGISTER + 1:
        ranges = ", ".join(
            f"{d}0001 and on ({t})" for d, t in TABLE_OF_DIGIT.items() if t in tables
        )
        raise row.wrong("number", f"must be {ranges}, not {text}")
    return table, counted - 1
