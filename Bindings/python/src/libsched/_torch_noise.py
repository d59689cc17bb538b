"""What torch's random numbers are, without torch."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np


def _words(seed: int) -> Iterator[int]:
    """What a ``torch.Generator`` of that seed draws, 32 bits each: the Mersenne twister of MT19937,
    which numpy seeds alike."""
    twister = np.random.RandomState(seed & 0xFFFFFFFF)
    while True:
        yield from twister.randint(0, 2**32, 4, np.uint32).tolist()


def uniforms(seed: int) -> Iterator[float]:
    """What ``torch.rand(1)`` draws, again and again: 24 bits as a float32."""
    for word in _words(seed):
        yield (word & 0xFFFFFF) * 2.0**-24


def normals(seed: int) -> Iterator[float]:
    """What ``torch.randn(1)`` draws, again and again: a pair by Box and Muller in double, each
    rounded to a float32."""
    words = _words(seed)
    while True:
        u, v = (((next(words) << 32 | next(words)) & (2**53 - 1)) * 2.0**-53 for _ in range(2))
        radius, angle = math.sqrt(-2.0 * math.log1p(-v)), 2.0 * math.pi * u
        yield float(np.float32(radius * math.cos(angle)))
        yield float(np.float32(radius * math.sin(angle)))
