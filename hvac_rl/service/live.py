"""What happens as it happens: a live table on a terminal, a line an hour elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hvac_rl.records import NOT_SENT, Command, CommandKind, CycleRecord, Outcome
from hvac_rl.service.site_file import Site
from hvac_rl.zones import AirHandler, Zone

NOTHING = "–"
SHORT_RULE = {"setpoint deadband": "deadband", "equipment timer": "timer", "write budget": "budget"}


class Tally:
    """Counts over the run: wishes that the guard changed, and writes made."""

    def __init__(self) -> None:
        self.changed = 0
        self.writes = 0
        self.failed = 0

    def add(self, record: CycleRecord) -> None:
        for receipt in record.receipts:
            if receipt.command.kind is not CommandKind.SET:
                continue
            self.changed += bool(receipt.command.rule)
            self.writes += receipt.outcome not in NOT_SENT
            self.failed += receipt.outcome not in (Outcome.OK, *NOT_SENT)


class LiveTable:
    """A :class:`~hvac_rl.service.daemon.Display` for people. Use as a context manager."""

    def __init__(self, site: Site, console: Console) -> None:
        self._site = site
        self._console = console
        self._tally = Tally()
        self._live = Live(console=console, refresh_per_second=8) if console.is_terminal else None
        self._printed_hour = -1

    def __enter__(self) -> LiveTable:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def connecting(self, done: int, total: int) -> None:
        """How many of the site's devices have been tried, before the first cycle."""
        if self._live:
            self._live.update(Text(f"{self._site.name}: {done} of {total} devices connected"))

    def show(self, record: CycleRecord) -> None:
        self._tally.add(record)
        if self._live:
            self._live.update(self._panel(record))
        elif (hour := int(record.time_s // 3600)) != self._printed_hour:
            self._printed_hour = hour
            self._console.print(self._line(record), highlight=False, soft_wrap=True)

    def _panel(self, record: CycleRecord) -> Panel:
        local = self._site.calendar.local(record.time_s)
        head = Text.assemble(
            (local.strftime("%a %d %b %H:%M"), "bold"),
            f"   outdoor {self._site_value(record, 'outdoor_air_temperature'):.1f} °C"
            f"   power {self._site_value(record, 'power') / 1000:.2f} kW"
            f"   price {self._site.tariff.price(record.time_s):.2f} /kWh"
            f"   cycle {record.number} in {record.duration_s * 1000:.0f} ms"
            f"   writes {self._tally.writes}, guard changed {self._tally.changed}",
        )
        parts: list[RenderableType] = [head, self._zones(record), self._handlers(record)]
        if record.alarms:
            parts.append(Text("\n".join(a.text for a in record.alarms), style="bold red"))
        if record.notes:
            parts.append(Text("\n".join(record.notes[:4]), style="yellow"))
        return Panel(Group(*parts), title=self._site.name, title_align="left")

    def _zones(self, record: CycleRecord) -> Table:
        table = Table(box=None, pad_edge=False)
        for name in ("zone", "air °C", "heat–cool °C", "blind", "light", "CO2", "people"):
            table.add_column(name, justify="left" if name == "zone" else "right")
        for name in ("in control", "mode", "changed by the guard"):
            table.add_column(name)
        for zone in self._site.plant.zones:
            commands = _commands(record, zone)
            air_c = _value(record, zone, "air_temperature")
            by = record.control.get(zone.name, NOTHING)
            table.add_row(
                zone.name,
                Text(_number(air_c, 1), style=self._comfort_style(zone, record, air_c)),
                f"{_effective(record, zone, 'heating')}–{_effective(record, zone, 'cooling')}",
                _percent(record, zone, "blind"),
                _percent(record, zone, "light"),
                _number(_value(record, zone, "co2"), 0),
                {None: NOTHING, True: "in", False: "out"}[_flag(record, zone)],
                Text(by, style="red" if by.startswith(("bms", "held")) else "green"),
                record.decision.modes.get(zone.name, NOTHING) if record.decision else NOTHING,
                Text(_changes(commands), style="yellow"),
            )
        return table

    def _handlers(self, record: CycleRecord) -> Table:
        table = Table(box=None, pad_edge=False)
        for name in ("air handler", "fan", "supply air °C", "static Pa", "outdoor air L/s"):
            table.add_column(name, justify="left" if name == "air handler" else "right")
        for name in ("in control", "changed by the guard"):
            table.add_column(name)
        for handler in self._site.plant.air_handlers:
            enabled = _command_value(record, handler, "enable")
            outdoor = _command_value(record, handler, "outdoor_air")
            by = record.control.get(handler.name, NOTHING)
            table.add_row(
                handler.name,
                NOTHING if enabled is None else "on" if enabled > 0.5 else "off",
                f"{_number(_value(record, handler, 'supply_air_temperature'), 1)} "
                f"→ {_number(_command_value(record, handler, 'supply_air'), 1)}",
                _number(_command_value(record, handler, "static_pressure"), 0),
                _number(None if outdoor is None else outdoor * 1000, 0),
                Text(by, style="red" if by.startswith(("bms", "held")) else "green"),
                Text(_changes(_commands(record, handler)), style="yellow"),
            )
        return table

    def _line(self, record: CycleRecord) -> str:
        local = self._site.calendar.local(record.time_s)
        airs = [_value(record, zone, "air_temperature") for zone in self._site.plant.zones]
        known = [air for air in airs if air is not None]
        by = sorted(set(record.control.values()))
        outdoor_c = self._site_value(record, "outdoor_air_temperature")
        coldest, warmest = min(known, default=nan), max(known, default=nan)
        return (
            f"{local:%a %d %b %H:%M}  outdoor {outdoor_c:5.1f} °C"
            f"  rooms {coldest:.1f}–{warmest:.1f} °C"
            f"  power {self._site_value(record, 'power') / 1000:6.2f} kW"
            f"  price {self._site.tariff.price(record.time_s):.2f}"
            f"  writes {self._tally.writes:4d}  guard changed {self._tally.changed:4d}"
            f"  in control: {', '.join(by)}"
        )

    def _site_value(self, record: CycleRecord, role: str) -> float:
        point = self._site.plant.sensors.get(role)
        value = record.snapshot.readings[point.name].value if point else None
        return nan if value is None else value

    def _comfort_style(self, zone: Zone, record: CycleRecord, air_c: float | None) -> str:
        if air_c is None or not _flag(record, zone):
            return "dim"
        limits = self._site.zone_limits[zone.name]
        inside = limits.comfort_min_c - 0.05 <= air_c <= limits.comfort_max_c + 0.05
        return "green" if inside else "bold red"


def _value(record: CycleRecord, owner: Zone | AirHandler, role: str) -> float | None:
    point = owner.sensors.get(role)
    return record.snapshot.readings[point.name].value if point else None


def _flag(record: CycleRecord, zone: Zone) -> bool | None:
    value = _value(record, zone, "occupancy")
    return None if value is None else value > 0.5


def _command_value(record: CycleRecord, owner: Zone | AirHandler, role: str) -> float | None:
    """What the building holds after this cycle: read back, written, or as it was read."""
    point = owner.commands.get(role)
    if point is None:
        return None
    for receipt in record.receipts:
        if receipt.command.point is point and receipt.effective is not None:
            return receipt.effective
    return record.snapshot.readings[point.name].value


def _effective(record: CycleRecord, zone: Zone, role: str) -> str:
    return _number(_command_value(record, zone, role), 1)


def _percent(record: CycleRecord, zone: Zone, role: str) -> str:
    value = _command_value(record, zone, role)
    return NOTHING if value is None else f"{value * 100:.0f} %"


def _number(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}"


def _commands(record: CycleRecord, owner: Zone | AirHandler) -> list[Command]:
    return [command for command in record.commands if command.point.of == owner.name]


def _changes(commands: Sequence[Command]) -> str:
    """What the guard changed, shortest wording: "heating 16.0→21.0 comfort"."""
    changed = []
    for command in commands:
        if command.kind is CommandKind.RELEASE:
            changed.append(f"released {command.point.name.rpartition('.')[2]}")
        elif command.rule and command.value is not None and command.wish is not None:
            digits = 1 if command.point.unit.quantity == "temperature" else 2
            changed.append(
                f"{command.point.name.rpartition('.')[2].removesuffix('_setpoint')} "
                f"{command.wish:.{digits}f}→{command.value:.{digits}f} "
                f"{SHORT_RULE.get(command.rule, command.rule)}"
            )
    return ", ".join(changed[:2]) + (f" +{len(changed) - 2}" if len(changed) > 2 else "")
