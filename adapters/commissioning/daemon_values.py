"""What a living daemon read in its last cycle."""

from __future__ import annotations

from hvac_rl.records import Quality, Reading
from hvac_rl.service.control_socket import ask_daemon
from hvac_rl.service.site_file import Site


async def daemon_readings(site: Site) -> dict[str, Reading] | None:
    """By point name; None when no daemon lives."""
    answer = await ask_daemon(site.state_dir, {"ask": "points"})
    if answer is None:
        return None
    time_s = float(answer.get("time_s", 0.0))
    return {
        row["point"]: Reading(
            point=row["point"],
            time_s=time_s,
            value=row["value"],
            quality=Quality(row["quality"]),
            commanded_by=row["commanded_by"],
            ours=row["ours"],
        )
        for row in answer["points"]
    }
