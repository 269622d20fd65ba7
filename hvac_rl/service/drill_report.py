"""The certificate of a drill, for people."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from hvac_rl.service.certificate import Certificate


def print_certificate(certificate: Certificate, console: Console) -> None:
    when = datetime.fromtimestamp(certificate.wall_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
    table = Table(title=f"Drill of {certificate.site}, {when}", title_justify="left")
    table.add_column("fault")
    for name in ("points", "back", "median s", "last s", "allowed s"):
        table.add_column(name, justify="right")
    for case in certificate.cases:
        if not case.measured:
            table.add_row(case.fault, "not measured", "", "", "", "")
            continue
        back = sorted(seconds for seconds in case.back_s.values() if seconds is not None)
        table.add_row(
            case.fault,
            str(len(case.back_s)),
            str(len(back)),
            f"{back[len(back) // 2]:.1f}" if back else "",
            f"{back[-1]:.1f}" if back else "",
            f"{certificate.allowed_s:.0f}",
        )
    console.print(table)
    console.print("[green]passed[/]" if certificate.passed() else "[bold red]failed[/]")
    by_reason: dict[str, list[str]] = defaultdict(list)
    for point, reason in certificate.not_covered.items():
        by_reason[reason].append(point)
    for reason, points in by_reason.items():
        console.print(f"Not covered on {len(points)} points ({points[0]} ...): {reason}.")
    console.print(
        "Not covered anywhere: a device that itself fails; what the BMS does once it commands "
        "again. Run on points that are not covered needs --accept-uncovered."
    )
