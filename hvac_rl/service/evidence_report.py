"""Shows a person what Watch and drill say before Run."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from hvac_rl.service.assembly import site_clock
from hvac_rl.service.certificate import fingerprint
from hvac_rl.service.mode_setting import gather_evidence
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store
from hvac_rl.service.watch_figures import LEAST_CYCLES, LEAST_R2, WatchFigures, watch_figures


def print_evidence(site: Site, span_s: float, console: Console) -> None:
    """Raises HvacRlError for a journal or certificate that cannot be read."""
    store = Store(site.store_url)
    try:
        evidence = gather_evidence(site, store)
        figures = watch_figures(site, store, site_clock(site).now_s() - span_s)
    finally:
        store.close()
    hours = Table(title=f"{site.name}: hours in Watch", title_justify="left", pad_edge=False)
    hours.add_column("zone")
    hours.add_column("watched h", justify="right")
    hours.add_column("needed h", justify="right")
    for zone, watched_h in evidence.watched_h.items():
        hours.add_row(zone, f"{watched_h:.1f}", f"{site.evidence.watch_h:g}")
    console.print(hours)
    _print_figures(figures, console)
    certificate = evidence.certificate
    if certificate is None:
        console.print("Drill: none yet (`hvac-rl drill`).")
    elif certificate.fingerprint != fingerprint(site):
        console.print("Drill: devices or points have changed since; another is needed.")
    else:
        console.print(f"Drill: {'passed' if certificate.passed() else '[red]failed[/]'}.")


def _print_figures(figures: WatchFigures, console: Console) -> None:
    if not figures.cycles:
        console.print("Nothing was watched in that time.")
        return
    table = Table(title=f"{figures.cycles} watched cycles", title_justify="left", pad_edge=False)
    for name in ("command", "same as the BMS", "mean distance (SI)", "values"):
        table.add_column(name, justify="left" if name == "command" else "right")
    for role, row in figures.agreement.items():
        table.add_row(role, f"{row.same_share:.0%}", f"{row.mean_distance:.3g}", str(row.count))
    console.print(table)
    rules = ", ".join(f"{rule} {n}" for rule, n in figures.guard_changes.items()) or "nothing"
    console.print(f"The guard would have changed: {rules}.", highlight=False)
    console.print(
        f"Missed data: {figures.missed_share:.1%} of zone cycles. Cycle: median "
        f"{figures.latency_median_s:.2f} s, 95 % within {figures.latency_p95_s:.2f} s.",
        highlight=False,
    )
    prediction = figures.prediction
    if prediction is None:
        console.print(
            f"No prediction: it takes {LEAST_CYCLES} watched cycles, a power sensor, and a "
            f"regression that explains the power (R² of {LEAST_R2:g}).",
            highlight=False,
        )
        return
    difference = prediction.predicted_w / prediction.measured_w - 1.0
    console.print(
        f"Prediction by a regression (R² {prediction.r2:.2f}), not a saving: mean electric power "
        f"{prediction.measured_w / 1000:.2f} kW measured, {prediction.predicted_w / 1000:.2f} kW "
        f"with our values ({difference:+.1%}).",
        highlight=False,
    )
