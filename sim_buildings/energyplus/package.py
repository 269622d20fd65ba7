"""The optional package that brings the engine, reference models and weather files."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from hvac_rl.errors import ConfigError, MissingExtra

HINT = "Install it with: pip install pyenergyplus-lbnl==25.2.0"


def reference_models() -> dict[str, Path]:
    """The DOE reference buildings (new construction, 90.1-2004) and, after ``ashrae_``, 90.1-2019.

    Raises MissingExtra.
    """
    dataset = _dataset()
    found = {name: Path(path) for name, path in dataset.ref_models.items()}
    return found | {f"ashrae_{name}": Path(path) for name, path in dataset.ashrae_models.items()}


def weather_files() -> dict[str, Path]:
    """The weather files (TMY3, EPW) by name; raises MissingExtra."""
    return {name: Path(path) for name, path in _dataset().weather_files.items()}


def model_path(model: str | Path) -> Path:
    """A model by reference name or by the path of an IDF or epJSON file; raises ConfigError."""
    return _path(model, (".idf", ".epjson"), "model")


def weather_path(weather: str | Path) -> Path:
    """Weather by name or by the path of an EPW file; raises ConfigError."""
    return _path(weather, (".epw",), "weather file")


def require_engine() -> None:
    """Raises MissingExtra where the package is not installed."""
    _dataset()


def _path(given: str | Path, suffixes: tuple[str, ...], what: str) -> Path:
    path = Path(given)
    if path.suffix.lower() in suffixes:
        if not path.is_file():
            raise ConfigError(str(given), f"there is no such {what}")
        return path.resolve()
    known = reference_models() if what == "model" else weather_files()
    if str(given) not in known:
        raise ConfigError(
            str(given),
            f"is neither a {what} ({', '.join(suffixes)}) nor one of the package's",
            f"The package has: {', '.join(sorted(known))}",
        )
    return known[str(given)]


def _dataset() -> Any:
    try:
        return importlib.import_module("pyenergyplus.dataset")
    except ImportError as error:
        raise MissingExtra("EnergyPlus", "the engine is not installed", HINT) from error
