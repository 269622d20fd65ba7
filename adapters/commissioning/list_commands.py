"""``hvac-rl points`` on lists: scan, import, export, template, apply. None writes to a device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.commissioning.formats import ListFormat
from hvac_rl.errors import ConfigError

if TYPE_CHECKING:
    from adapters.bacnet_discovery import ScannedDevice
    from adapters.commissioning.listed import Drafted

SHOWN_ROWS = 30
LOOK_BELOW = 0.8
"""Confidence under which a person should look at a row."""

ListArgument = Annotated[
    Path, typer.Argument(metavar="LIST", help="EDE, VOLTTRON registry, Modbus map or point table.")
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Write the draft: .csv a point table, .yaml site rows."
    ),
]
FormatOption = Annotated[
    ListFormat | None, typer.Option("--format", help="The list's format, when it cannot be told.")
]
EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help="The list's encoding, as latin-1.")
]
DeviceOption = Annotated[
    str, typer.Option("--device", help="The device's name, where the list does not say it.")
]
AddressingOption = Annotated[
    str | None,
    typer.Option(
        "--addressing",
        metavar="0|1|4xxxx",
        help="Modbus maps: registers are counted from 0, from 1, or written as 40001.",
    ),
]


def add_list_commands(points: typer.Typer) -> None:
    points.command("scan")(scan)
    points.command("import")(import_list)
    points.command("export")(export)
    points.command("template")(template)
    points.command("apply")(apply)


def scan(
    address: Annotated[
        str | None,
        typer.Option("--address", help="Our own address, as 10.0.0.5/24 or 10.0.0.5/24:47809."),
    ] = None,
    instance: Annotated[
        str, typer.Option("--instance", metavar="LOW-HIGH", help="Device instances to ask for.")
    ] = "0-4194302",
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            help='Ask this address only: "host:port", "net:mac" behind a router, "net:*". '
            "May be repeated.",
        ),
    ] = None,
    bbmd: Annotated[
        str | None,
        typer.Option("--bbmd", help='Register with this BBMD first, as "10.0.1.2:47808".'),
    ] = None,
    wait_s: Annotated[
        float, typer.Option("--wait", min=0.2, max=60.0, help="Seconds to wait for answers.")
    ] = 3.0,
    deadline_s: Annotated[
        float,
        typer.Option("--deadline", min=0.5, max=60.0, help="Seconds one request may take."),
    ] = 3.0,
    own_instance: Annotated[
        int, typer.Option("--own-instance", help="Our own device instance while we scan.")
    ] = 4_194_290,
    out: OutOption = None,
) -> None:
    """Find BACnet devices and their objects, and draft a point list. Reads only.

    Exit code 1 when a device did not tell all of its objects; what it told is written.
    """
    import asyncio

    from adapters.bacnet_discovery import Search
    from adapters.commissioning.proposing import draft
    from adapters.commissioning.scan import listed_points, own_end
    from adapters.commissioning.scan import scan as run_scan
    from hvac_rl.service.progress import bar

    console = Console()
    _writable_place(out)
    targets = tuple(target or ())
    low, high = _instances(instance)
    local = own_end(address, targets, own_instance)
    if bbmd is not None:
        local["bbmd"] = bbmd
    search = Search(low=low, high=high, addresses=targets, wait_s=wait_s, deadline_s=deadline_s)
    with bar(console, "objects") as tell:
        devices = asyncio.run(run_scan(local, search, tell))
    if not devices:
        raise ConfigError(
            "points scan",
            "no BACnet device answered",
            "Is the subnet right (--address), or are the devices behind a router or a BBMD? "
            "--target asks one address directly.",
        )
    _show_devices(console, devices)
    rows = draft(listed_points(devices))
    _show_draft(console, rows)
    _write(console, rows, out)
    troubled = [device.announced.instance for device in devices if device.problems]
    if troubled:
        console.print(
            f"[yellow]Incomplete:[/] see the remarks on {len(troubled)} devices; a longer "
            "--deadline helps slow ones."
        )
        raise typer.Exit(1)


def import_list(
    path: ListArgument,
    out: OutOption = None,
    format: FormatOption = None,
    encoding: EncodingOption = None,
    device: DeviceOption = "",
    addressing: AddressingOption = None,
) -> None:
    """Read a point list and draft the points of a site file from it.

    Reads EDE 2.3 (variants of its columns included), VOLTTRON's BACnet and Modbus registries,
    Modbus maps as CSV, and point tables that were edited by hand.
    """
    from adapters.commissioning.formats import read_rows

    console = Console()
    rows = read_rows(
        path, format=format, encoding=encoding, device=device, addressing=_addressing(addressing)
    )
    _show_draft(console, rows)
    _write(console, rows, out)


def export(
    path: Annotated[
        Path, typer.Argument(metavar="LIST", help="A site file, a point table, or any list.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where to write.")],
    format: Annotated[
        ListFormat,
        typer.Option("--format", help="ede, csv (point table), modbus (register map) or yaml."),
    ] = ListFormat.TABLE,
    encoding: Annotated[
        str, typer.Option("--encoding", help="Of the file written, as latin-1.")
    ] = "utf-8-sig",
    project: Annotated[str, typer.Option("--project", help="EDE: the project's name.")] = "",
    addressing: AddressingOption = None,
) -> None:
    """Write a point list as EDE or CSV for the BMS's own tools."""
    from adapters.commissioning.formats import read_rows, write_rows

    rows = read_rows(path, addressing=_addressing(addressing))
    if format is ListFormat.EDE:
        registers = [row for row in rows if row.listed.modbus]
        rows = [row for row in rows if not row.listed.modbus]
        if registers and rows:
            Console(stderr=True).print(
                f"{len(registers)} Modbus points are left out: EDE holds BACnet objects. "
                "--format modbus exports them."
            )
        elif registers:
            raise ConfigError(str(path), "holds no BACnet object to put into an EDE file")
    elif format is ListFormat.MODBUS:
        rows = [row for row in rows if row.listed.modbus]
        if not rows:
            raise ConfigError(str(path), "holds no Modbus register")
    write_rows(out, rows, format=format, encoding=encoding, project=project)
    Console().print(f"{len(rows)} points written to {out}.")


def template(
    path: ListArgument,
    unit: Annotated[str, typer.Option("--unit", help="The mapped unit, as VAV-2-13.")],
    pattern: Annotated[
        str, typer.Option("--pattern", help='How its brothers are called, as "VAV-{floor}-{n}".')
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The template.")],
) -> None:
    """Make a template of one mapped unit's points."""
    from adapters.commissioning.formats import read_rows
    from adapters.commissioning.templates import make_template, write_template

    made = make_template(read_rows(path), unit, pattern)
    write_template(out, made)
    how = "a device of its own" if made.own_device else "a part of a device"
    Console().print(
        f"{len(made.points)} points of {unit}, {how}, are in {out}; "
        f"apply it with: hvac-rl points apply {out} --to LIST --out FILE"
    )


def apply(
    path: Annotated[Path, typer.Argument(metavar="TEMPLATE", help="Made by points template.")],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help=".csv a point table, .yaml site rows."),
    ],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="LIST", help="A scan's table, or any list.")
    ] = None,
    ranges: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="NAME=A-B", help="Without a list: floor=1-5. Repeat it."),
    ] = None,
    instance: Annotated[
        str | None,
        typer.Option("--device-instance", help='Without a list: as "{floor}{n:02}".'),
    ] = None,
) -> None:
    """Map every unit that a template's pattern fits, as its first one was mapped."""
    from adapters.commissioning.formats import read_rows
    from adapters.commissioning.templates import (
        apply_to_list,
        generate,
        parse_range,
        read_template,
    )

    console = Console()
    found = read_template(path)
    if (to is None) == (not ranges):
        raise ConfigError("points apply", "needs --to LIST or --range, one of the two")
    if to is None:
        rows = generate(found, dict(parse_range(text) for text in ranges or ()), instance)
        units = len({row.of for row in rows})
        console.print(f"{units} units, {len(rows)} points; nobody has seen them: scan and check.")
        _write(console, rows, out)
        return
    applied = apply_to_list(found, read_rows(to))
    console.print(f"{len(applied.units)} units fit {found.pattern}.")
    for unit, name in applied.missing[:SHOWN_ROWS]:
        console.print(f"[yellow]{unit} has no {name}[/]")
    if len(applied.missing) > SHOWN_ROWS:
        console.print(f"... and {len(applied.missing) - SHOWN_ROWS} more are missing")
    _show_draft(console, applied.rows)
    _write(console, applied.rows, out)


def _instances(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal()) or int(low) > int(high or low):
        raise ConfigError(f"--instance {text}", 'must be as "1000" or "1000-1999"')
    return int(low), int(high or low)


def _addressing(text: str | None) -> str | None:
    from adapters.commissioning.modbus_map import ADDRESSINGS

    if text is not None and text not in ADDRESSINGS:
        raise ConfigError(f"--addressing {text}", f"must be one of {', '.join(ADDRESSINGS)}")
    return text


def _writable_place(out: Path | None) -> None:
    """Before a scan of minutes, not after it."""
    if out is not None and not out.absolute().parent.is_dir():
        raise ConfigError(f"--out {out}", "its folder does not exist")


def _show_devices(console: Console, devices: Sequence[ScannedDevice]) -> None:
    table = Table(title=f"{len(devices)} devices", title_justify="left", pad_edge=False)
    for name in ("instance", "address", "name", "vendor", "model"):
        table.add_column(name)
    table.add_column("objects", justify="right")
    table.add_column("remarks")
    for device in devices[:SHOWN_ROWS]:
        remarks = list(device.problems)
        if device.other_objects:
            remarks.append(f"{device.other_objects} others (schedules, trends) not listed")
        table.add_row(
            str(device.announced.instance), device.announced.address, device.name, device.vendor,
            device.model, str(len(device.objects)), "; ".join(remarks),
        )  # fmt: skip
    console.print(table)
    if len(devices) > SHOWN_ROWS:
        console.print(f"... and {len(devices) - SHOWN_ROWS} more devices")


def _show_draft(console: Console, rows: Sequence[Drafted]) -> None:
    mapped = [row for row in rows if row.mapped]
    table = Table(title="Draft", title_justify="left", pad_edge=False)
    for name in ("point", "of", "Brick class", "unit", "write"):
        table.add_column(name, overflow="fold")
    table.add_column("sure", justify="right")
    table.add_column("remarks", overflow="fold")
    # The doubtful first: they are what a person must look at.
    shown = sorted(rows, key=lambda row: (not row.mapped, row.confidence))
    for row in shown[:SHOWN_ROWS]:
        write = f"{row.write.minimum:g} to {row.write.maximum:g}" if row.write else ""
        style = "yellow" if row.mapped and row.confidence < LOOK_BELOW else ""
        table.add_row(
            row.name, row.of if row.mapped else "", row.brick or "[dim]not used[/]", row.unit,
            write, f"{row.confidence:.2f}" if row.mapped else "", "; ".join(row.notes),
            style=style,
        )  # fmt: skip
    console.print(table)
    if len(shown) > SHOWN_ROWS:
        console.print(f"... and {len(shown) - SHOWN_ROWS} more rows; --out writes them all")
    units = Counter(row.of for row in mapped)
    doubtful = sum(row.confidence < LOOK_BELOW for row in mapped)
    console.print(
        f"{len(mapped)} of {len(rows)} points are mapped, to {len(units)} places; {doubtful} of "
        f"them are doubtful. {sum(bool(row.write) for row in mapped)} are proposed to be "
        "commanded. Nothing was written to any device."
    )


def _write(console: Console, rows: Sequence[Drafted], out: Path | None) -> None:
    from adapters.commissioning.formats import write_rows

    if out is None:
        return
    chosen = write_rows(out, rows)
    kind = "a point table" if chosen is ListFormat.TABLE else "rows of a site file"
    console.print(f"Written to {out}: {kind}.")
