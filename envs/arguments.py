"""What every environment asks of its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hvac_rl.control.encoding import FEATURE_NAMES


def unknown(what: str, name: object, known: Sequence[str]) -> ValueError:
    """The error for a name that there is not."""
    return ValueError(f"there is no {what} {name!r}; known are: {', '.join(known)}")


def check_known(what: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Raises ValueError for the first name that there is not."""
    for name in given:
        if name not in known:
            raise unknown(what, name, known)


def check_episode(observations: Sequence[str], days: int, render_mode: str | None) -> None:
    """Raises ValueError for features, days or a render mode that there are not."""
    if render_mode is not None:
        raise ValueError(f"there is no render mode {render_mode!r}")
    check_known("observation", observations, FEATURE_NAMES)
    if days < 1:
        raise ValueError(f"an episode lasts at least one day, not {days}")
