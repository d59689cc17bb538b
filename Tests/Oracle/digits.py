"""The 1,797 handwritten digits that scikit-learn carries, as bytes for programs without Python.

Each record is 64 bytes of pixels, 0 to 16, row by row, and one byte of label. The order is
shuffled once, with a fixed seed: [0, 1197) is for training, [1197, 1497) for validation and
[1497, 1797) for the test.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

FILE = "digits.bin"


def build() -> bytes:
    digits = load_digits()
    # RandomState's streams are frozen: every NumPy shuffles alike.
    order = np.random.RandomState(0).permutation(len(digits.target))
    records = np.column_stack([digits.data, digits.target])[order]
    return records.astype(np.uint8).tobytes()
