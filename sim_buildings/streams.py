"""Streams of randomness: each use has its own, so that none disturbs another."""

from __future__ import annotations

from zlib import crc32

import numpy as np

STREAM_OCCUPANCY = 1
STREAM_FORECAST = 2
STREAM_WEATHER = 3
STREAM_EXTREMES = 4
STREAM_MEETING_ROOMS = 5
STREAM_PRICE = 6
STREAM_CARBON = 7


def stream(seed: int, use: int, *names: str) -> np.random.Generator:
    """The generator named by (seed, use, names); the same one every time."""
    key = np.random.SeedSequence(seed, spawn_key=(use, *(crc32(name.encode()) for name in names)))
    return np.random.Generator(np.random.PCG64(key))
