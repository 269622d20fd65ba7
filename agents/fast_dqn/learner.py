"""Fits the network to the newest labels, and keeps a slow copy of it."""

from __future__ import annotations

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from agents.fast_dqn.branches import Labels
from agents.fast_dqn.network import N_CHOICES, QNetwork
from hvac_rl.control.encoding import N_FEATURES
from hvac_rl.errors import HvacRlError

PRICE_SPREAD = 1.5


class Learner:
    """Adam on the Huber loss over the newest half of all labels so far."""

    def __init__(
        self,
        network: QNetwork,
        *,
        learning_rate: float,
        batch_size: int,
        newest: float,
        averaging: float,
        capacity: int,
        rng: np.random.Generator,
    ) -> None:
        """``newest``: share of all labels that is still believed; ``averaging``: how much of the
        slow copy stays at each step."""
        self.network = network
        self.slow = copy.deepcopy(network).requires_grad_(False)
        self._rate = learning_rate
        self.optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate)
        self._batch_size = batch_size
        self._newest = newest
        self._averaging = averaging
        self._rng = rng
        self._observations = np.empty((capacity, N_FEATURES), dtype=np.float32)
        self._values = np.empty((capacity, 2, N_CHOICES), dtype=np.float32)
        self.labels = 0

    def set_price(self, price: float) -> None:
        """What a K h of a zone's discomfort is worth from now on, in the currency."""
        self.network.price = price
        self.slow.price = price

    def add(self, labels: Labels) -> None:
        """Remember labels; the oldest give way."""
        capacity = len(self._observations)
        places = (self.labels + np.arange(len(labels.values))) % capacity
        self._observations[places] = labels.observations
        self._values[places] = labels.values
        self.labels += len(places)

    def kept(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Observations and values that are remembered, as they lie."""
        n = min(self.labels, len(self._observations))
        return self._observations[:n], self._values[:n]

    def keep(
        self, labels: int, observations: NDArray[np.float32], values: NDArray[np.float32]
    ) -> None:
        """The inverse of :meth:`kept`; ``labels`` is how many there have been in all."""
        self.labels = labels
        self._observations[: len(observations)] = observations
        self._values[: len(values)] = values

    def fit(self, steps: int, rate: float) -> float:
        """``steps`` gradient steps at ``rate`` times the learning rate; the mean loss.

        Raises HvacRlError when the loss is no longer finite.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate * rate
        believed = max(min(self._batch_size, self.labels), int(self.labels * self._newest))
        believed = min(believed, len(self._observations))
        total = 0.0
        for _ in range(steps):
            back = self._rng.integers(1, believed + 1, self._batch_size)
            places = (self.labels - back) % len(self._observations)
            loss = self._step(self._observations[places], self._values[places])
            total += loss
        mean = total / max(1, steps)
        if not np.isfinite(mean):
            raise HvacRlError(
                "training",
                "diverged: the loss is no longer finite",
                "Try a smaller learning rate or another seed; the best policy so far is kept.",
            )
        return mean

    def _step(self, observations: NDArray[np.float32], values: NDArray[np.float32]) -> float:
        said, measured = self.network(torch.from_numpy(observations)), torch.from_numpy(values)
        loss = torch.zeros(())
        # Sums at two prices fix both parts, and weigh them as choices will.
        for price in (self.network.price / PRICE_SPREAD, self.network.price * PRICE_SPREAD):
            loss = loss + nn.functional.smooth_l1_loss(
                said[:, 0] + price * said[:, 1], measured[:, 0] + price * measured[:, 1]
            )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        with torch.no_grad():
            for mine, new in zip(self.slow.parameters(), self.network.parameters(), strict=True):
                mine.lerp_(new, 1.0 - self._averaging)
        return float(loss.detach())
