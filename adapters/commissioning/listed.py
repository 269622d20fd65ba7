"""What a point list or a scan says of a point, and what is proposed for the site file from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INPUT_TYPES = ("analog-input", "binary-input", "multi-state-input")
OUTPUT_TYPES = ("analog-output", "binary-output", "multi-state-output")
VALUE_TYPES = (
    "analog-value",
    "binary-value",
    "multi-state-value",
    "large-analog-value",
    "integer-value",
    "positive-integer-value",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of a point list, in the list's own words. ``None`` where the list does not say.

    ``object_type`` is BACnet's hyphenated name, empty for a Modbus register; ``modbus`` holds the
    register's keys of the site file. ``unit`` is the list's own text. Numbers are in that unit.
    """

    device: str
    name: str
    device_instance: int | None = None
    device_address: str = ""
    object_type: str = ""
    instance: int | None = None
    modbus: Mapping[str, object] = field(default_factory=dict)
    description: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    settable: bool | None = None
    """Whether the list says that it may be written."""
    priority_array: bool | None = None
    """Whether a scan saw a priority array."""
    cov: bool | None = None
    default: float | None = None
    high_limit: float | None = None
    low_limit: float | None = None
    state_texts: tuple[str, ...] = ()
    keyname: str = ""
    vendor_address: str = ""

    @property
    def binary(self) -> bool:
        if self.modbus:
            table, kind = self.modbus.get("table"), self.modbus.get("type")
            return table in ("coil", "discrete") or kind == "bool"
        return self.object_type.startswith("binary")

    @property
    def multi_state(self) -> bool:
        return self.object_type.startswith("multi-state")

    @property
    def is_input(self) -> bool:
        """Follows the physical world: there is nothing to command."""
        if self.modbus:
            return self.modbus.get("table") in ("discrete", "input")
        return self.object_type in INPUT_TYPES

    @property
    def is_output(self) -> bool:
        return self.object_type in OUTPUT_TYPES

    @property
    def place(self) -> str:
        """Where the device has it, for people: "analog-value,1" or "holding 100"."""
        if self.modbus:
            return f"{self.modbus.get('table')} {self.modbus.get('register')}"
        return f"{self.object_type},{self.instance}"

    @property
    def commandable(self) -> bool | None:
        """Whether it can be commanded *and given back*; ``None`` when nothing says so.

        Outputs have a priority array by the standard (ASHRAE 135, clauses 12.4, 12.7 and 12.19);
        of values some do. Modbus knows no release, so a register is never taken for commandable
        from a list.
        """
        if self.is_input or self.modbus or self.settable is False:
            return False
        if self.priority_array is not None:
            return self.priority_array
        if self.is_output:
            return True
        return self.settable


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteProposal:
    """The ``write`` section of a point, in the point's unit."""

    minimum: float
    maximum: float
    deadband: float
    daily_writes: int
    settle_s: float = 0.0
    eeprom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One row of a draft: a point of the site file, or, with an empty ``brick``, a row that no
    class is proposed for. ``confidence`` is 0 to 1; ``notes`` say what it rests on, or what a
    person must settle. ``address`` holds the adapter's own keys."""

    name: str
    device: str
    of: str
    brick: str
    unit: str
    address: Mapping[str, object]
    low: float | None = None
    high: float | None = None
    write: WriteProposal | None = None
    confidence: float = 0.0
    notes: tuple[str, ...] = ()
    listed: Listed
    """The row that it was made from."""

    @property
    def mapped(self) -> bool:
        return bool(self.brick and self.of and self.unit)
