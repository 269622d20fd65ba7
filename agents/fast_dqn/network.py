"""The Q-network: what each of a zone's setpoints and blinds is worth beyond the rule's own.

It says apart what a choice saves in cost and in discomfort; what discomfort is worth, its price,
is set afterwards, so that comfort can be matched without training again. For each of the two there
are two heads, one for setpoints and one for the blind, as in action-branching networks (Tavakoli,
Pardo, Kormushev 2018, "Action branching architectures for deep reinforcement learning", AAAI): a
mode's value is the sum of both. The network is shared by all zones.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from envs.batch import Batch
from envs.observe import N_SITE_FEATURES, N_ZONE_FEATURES
from hvac_rl.control.encoding import N_BLINDS, N_FEATURES, N_SETPOINTS

Ints = NDArray[np.int64]

N_CHOICES = N_SETPOINTS + N_BLINDS


class QNetwork(nn.Module):
    """From observations (..., N_FEATURES) to what choices save, (..., 2, N_CHOICES): cost, and
    discomfort in K h, both scaled."""

    def __init__(self, width: int, seed: int, price: float) -> None:
        """``price``: of a K h of discomfort in a zone, in the currency."""
        super().__init__()
        self.price = price
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.first = nn.Linear(N_FEATURES, width)
            self.second = nn.Linear(width, width)
            self.heads = nn.Linear(width, 2 * N_CHOICES)
            # A beginner has no opinion: the rule's own modes win.
            nn.init.zeros_(self.heads.weight)
            nn.init.zeros_(self.heads.bias)

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        return self._heads(self.first(observation))

    def of_buildings(self, zones: torch.Tensor, sites: torch.Tensor) -> torch.Tensor:
        """The same from features (n, zones, N_ZONE_FEATURES) and (n, N_SITE_FEATURES).

        Equal to :meth:`forward` up to rounding; what a building's zones share is multiplied once.
        """
        own, shared = torch.split(self.first.weight, [N_ZONE_FEATURES, N_SITE_FEATURES], dim=1)
        from_site = torch.addmm(self.first.bias, sites, shared.T)
        return self._heads(zones @ own.T + from_site[:, None, :])

    def _heads(self, first: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.second(torch.relu(first)))
        return self.heads(hidden).unflatten(-1, (2, N_CHOICES))  # type: ignore[no-any-return]

    def values(self, heads: torch.Tensor) -> torch.Tensor:
        """What choices are worth at the price, (..., N_CHOICES)."""
        return heads[..., 0, :] + self.price * heads[..., 1, :]


class Modes(nn.Module):
    """The network as it is served: values of all modes, (zones, N_MODES)."""

    def __init__(self, network: QNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        values = self.network.values(self.network(observation))
        setpoints, blinds = torch.split(values, [N_SETPOINTS, N_BLINDS], dim=1)
        return (setpoints[:, :, None] + blinds[:, None, :]).flatten(1)


@torch.inference_mode()
def greedy(network: QNetwork, batch: Batch, count: int | None = None) -> Ints:
    """The best mode of each zone of the first ``count`` buildings, (count, zones)."""
    zones = torch.from_numpy(np.ascontiguousarray(batch.zone_features[:count]))
    sites = torch.from_numpy(np.ascontiguousarray(batch.site_features[:count]))
    values = network.values(network.of_buildings(zones, sites))
    setpoints = values[..., :N_SETPOINTS].argmax(dim=-1)
    modes: Ints = (setpoints * N_BLINDS + values[..., N_SETPOINTS:].argmax(dim=-1)).numpy()
    return modes


class Greedy:
    """The network as a chooser of modes, while it learns."""

    def __init__(self, network: QNetwork) -> None:
        self._network = network

    def modes(self, batch: Batch) -> Ints:
        return greedy(self._network, batch)
