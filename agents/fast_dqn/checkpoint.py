"""A training run on disk: everything that the next cycle needs, as if it had never stopped.

Tensors and text only, read back with ``weights_only``: nothing in the file is executed.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from agents.fast_dqn.train import Check, FastDqn
from envs.batch import BatchSnapshot
from hvac_rl.errors import ConfigError, HvacRlError

FORMAT = 1


def save(run: FastDqn, path: Path) -> None:
    """Write the run beside ``path`` and put it in its place in one go.

    Raises HvacRlError when it cannot be written; the checkpoint before it stays as it was.
    """
    learner = run.learner
    document: dict[str, Any] = {
        "format": FORMAT,
        "settings": json.dumps(asdict(run.settings), sort_keys=True),
        "cycles": run.cycles,
        "cycles_planned": run.cycles_planned,
        "seconds": run.seconds,
        "checks": json.dumps([tuple(check) for check in run.checks]),
        "random": json.dumps(run.rng.bit_generator.state),
        "labels": learner.labels,
        "observations": torch.from_numpy(learner.kept()[0]),
        "values": torch.from_numpy(learner.kept()[1]),
        "network": learner.network.state_dict(),
        "slow": learner.slow.state_dict(),
        "price": learner.network.price,
        "optimiser": learner.optimiser.state_dict(),
        "best": run.best.state_dict(),
        "best_price": run.best.price,
        "best_cost": run.best_cost,
        "actors": [
            [torch.from_numpy(array) for array in actors.batch.snapshot().arrays]
            for actors in run.actors
        ],
    }
    beside = path.with_suffix(".new")
    try:
        with beside.open("wb") as file:
            torch.save(document, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except (OSError, RuntimeError) as error:
        beside.unlink(missing_ok=True)
        raise HvacRlError(
            str(path),
            f"the checkpoint cannot be written: {error}",
            "The last good one is kept. Make room on the disk, then go on with --resume.",
        ) from error


def load(run: FastDqn, path: Path) -> None:
    """Bring ``run``, made with the same settings and building, to where the file was written.

    Raises ConfigError for a file that is not a checkpoint of this run.
    """
    document = _read(path)
    settings = json.dumps(asdict(run.settings), sort_keys=True)
    if document["format"] != FORMAT or document["settings"] != settings:
        raise ConfigError(
            str(path),
            "was written by a run with other settings",
            "Give the same options as then, or another --out.",
        )
    learner = run.learner
    run.cycles = document["cycles"]
    run.cycles_planned = document["cycles_planned"]
    run.seconds = document["seconds"]
    run.checks = [Check(*numbers) for numbers in json.loads(document["checks"])]
    run.rng.bit_generator.state = json.loads(document["random"])
    learner.keep(document["labels"], document["observations"].numpy(), document["values"].numpy())
    learner.network.load_state_dict(document["network"])
    learner.slow.load_state_dict(document["slow"])
    learner.set_price(document["price"])
    learner.optimiser.load_state_dict(document["optimiser"])
    run.best.load_state_dict(document["best"])
    run.best.price = document["best_price"]
    run.best_cost = document["best_cost"]
    for actors, arrays in zip(run.actors, document["actors"], strict=True):
        actors.batch.restore(BatchSnapshot(tuple(array.numpy() for array in arrays)))


def begin_from(run: FastDqn, path: Path) -> None:
    """Begin with the best network of another run: fine-tuning.

    Raises ConfigError for a file that is not a checkpoint, or whose network has other shapes.
    """
    document = _read(path)
    try:
        for network in (run.learner.network, run.learner.slow, run.best):
            network.load_state_dict(document["best"])
    except RuntimeError as error:
        raise ConfigError(
            str(path),
            "its network has other inputs, outputs or width than this version's",
            "Train it again.",
        ) from error
    run.learner.set_price(document["best_price"])
    run.best.price = document["best_price"]


def _read(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = torch.load(path, weights_only=True)
    except FileNotFoundError as error:
        raise ConfigError(
            str(path), "there is no such checkpoint", "A run's folder holds checkpoint.pt."
        ) from error
    except Exception as error:  # torch raises many kinds for a damaged file
        raise ConfigError(
            str(path), f"is not a checkpoint: {error}", "Remove it and train without it."
        ) from error
    return document
