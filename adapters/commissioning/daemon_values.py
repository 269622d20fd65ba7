"""What a living daemon read in its last cycle, and what devices have reported since."""

from __future__ import annotations

from hvac_rl.records import Quality, Reading
from hvac_rl.service.control_socket import ask_daemon
from hvac_rl.service.site_file import Site


async def daemon_readings(site: Site) -> dict[str, Reading] | None:
    """By point name; None when no daemon lives."""
    answer = await ask_daemon(site.state_dir, {"ask": "points"})
    if answer is None:
        return None
    return {
        row["point"]: Reading(
            point=row["point"],
            time_s=row["time_s"],
            value=row["value"],
            quality=Quality(row["quality"]),
            detail=row["detail"],
            commanded_by=row["commanded_by"],
            ours=row["ours"],
        )
        for row in answer["points"]
    }
