"""What a person is shown before and after a run: the check of a site, the hand-back."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from hvac_rl.service.assembly import close_adapters, open_adapters, site_bundle, site_clock
from hvac_rl.service.handback import HandedBack
from hvac_rl.service.progress import bar
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store

WAYS_SHOWN = 12
"""Points whose way back is told one by one."""


async def check_site(site: Site, console: Console) -> None:
    """Everything a start would check, read-only; raises what a start would raise."""
    site_clock(site)
    store = Store(site.store_url)
    try:
        bundle = site_bundle(site, store, None)
    finally:
        store.close()
    with bar(console, "devices") as tell:
        adapters = await open_adapters(site, progress=tell)
    await close_adapters(site, adapters)
    points = site.plant.points()
    who = f"{bundle.manifest.name} version {bundle.manifest.version}" if bundle else "the base rule"
    console.print(
        f"{site.name}: {len(points)} points on {len(adapters)} devices are there as listed, "
        f"{len(site.plant.commandable())} can be commanded and given back; policy: {who}. "
        "Nothing was written."
    )


def print_hand_back(handed: Sequence[HandedBack], console: Console) -> bool:
    """The proof after a run; True when every point is back."""
    missing = [row for row in handed if not row.back]
    if not missing:
        console.print(
            f"[green]Given back:[/] our slot is empty on all {len(handed)} points, "
            "read back from the devices; the BMS commands them."
        )
        ways = [f"  {row.point.name}: {row.detail}" for row in handed if row.detail]
        for line in ways[:WAYS_SHOWN]:
            console.print(line, highlight=False)
        if len(ways) > WAYS_SHOWN:
            console.print(f"  and {len(ways) - WAYS_SHOWN} more like these")
        return True
    table = Table(title="Not given back", title_style="bold red")
    for name in ("point", "device", "value", "why"):
        table.add_column(name)
    for row in missing:
        value = "–" if row.value is None else f"{row.value:g}"
        table.add_row(row.point.name, row.point.device, value, row.detail)
    console.print(table)
    console.print(
        f"{len(handed) - len(missing)} of {len(handed)} points are back. For the rest the "
        "device's own lease or time-out stands; run `hvac-rl release SITE` when it answers again."
    )
    return False
