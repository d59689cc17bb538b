"""Norms and products: as exact as doubles are, and the same bits whatever the machine."""

from __future__ import annotations

import math

import libsched
import numpy as np
import pytest
import torch
from libsched import _lib
from widths import isas

pytestmark = pytest.mark.usefixtures("settled")

# Around a lane, around the sixteen results, around a block of 4,096 and several.
LENGTHS = [0, 1, 7, 15, 16, 17, 100, 4095, 4096, 4097, 8192, 12_305]


def listed(arrays):
    return _lib.Arrays(
        [a.dtype.name for a in arrays], [a.ctypes.data for a in arrays], [a.size for a in arrays]
    )


def numbers(n, seed, dtype=np.float32):
    """Of all signs and many magnitudes."""
    random = np.random.RandomState(seed)
    return np.ldexp(random.uniform(-2, 2, n), random.randint(-30, 31, n)).astype(dtype)


def exact(values, p):
    """Rounded once, from the exact sum where there is one."""
    values = [abs(float(x)) for x in values]
    if p == 0:
        return float(sum(x != 0 for x in values))
    if p == math.inf:
        return max(values, default=0.0)
    if p == -math.inf:
        return min(values, default=0.0)
    return math.fsum(x**p for x in values) ** (1 / p)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("p", [2.0, 1.0, math.inf, -math.inf, 0.0, 3.0, 0.5, -1.0])
def test_norms_are_the_exact_sums(p, dtype):
    arrays = [numbers(n, n, dtype) for n in LENGTHS]
    norms, total = listed(arrays).norms(p)
    for got, array in zip(norms, arrays, strict=True):
        if array.size or p >= 0:
            assert got == pytest.approx(exact(array, p), rel=1e-14)
    assert total == pytest.approx(exact(np.concatenate(arrays), p), rel=1e-14)


def test_a_float_norm_is_no_further_off_than_torchs():
    for seed in range(20):
        array = numbers(100_003, seed)
        want = exact(array, 2)
        (ours,), _ = listed([array]).norms()
        theirs = torch.linalg.vector_norm(torch.from_numpy(array)).item()
        assert np.float32(ours) == np.float32(want)
        assert abs(float(np.float32(ours)) - want) <= abs(theirs - want)


def test_floats_do_not_overflow():
    huge = np.full(1000, 3e38, np.float32)
    (norm,), _ = listed([huge]).norms()
    assert norm == pytest.approx(float(huge[0]) * math.sqrt(1000), rel=1e-14)
    tiny = np.full(1000, 1e-45, np.float32)
    (norm,), _ = listed([tiny]).norms()
    assert norm == pytest.approx(float(tiny[0]) * math.sqrt(1000), rel=1e-14)


@pytest.mark.parametrize("place", [0, 17, 4095, 4096, 5000])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_shows(value, place):
    array = numbers(5001, 1)
    assert math.isfinite(listed([array]).norms(math.inf)[1])
    array[place] = value
    for p in (2.0, 1.0, math.inf, 3.0):
        got = listed([array]).norms(p)[1]
        assert np.array_equal(got, abs(value), equal_nan=True), p


def test_bits_are_the_same():
    arrays = [numbers(n, n) for n in (400_003, 5, 0, 131_072, 70_001)]
    doubles = [numbers(n, n, np.float64) for n in (400_003, 100)]
    seen = set()
    for isa in isas():
        for threads in (1, 2, 3, 7):
            libsched.set_threads(threads)
            bits = b""
            for p in (2.0, 1.0, math.inf):
                norms, total = listed(arrays + doubles).norms(p)
                bits += norms.tobytes() + np.float64(total).tobytes()
            bits += np.float64(listed([arrays[0], arrays[0][::-1].copy()]).dot()).tobytes()
            seen.add(bits)
    assert len(seen) == 1
    # Neither alignment nor what stands around an array changes anything.
    raw = np.zeros(4 * 70_001 + 64, np.uint8)
    for shift in (0, 4, 33):
        moved = np.ndarray(70_001, np.float32, raw.data, offset=shift)
        moved[...] = arrays[4]
        (norm,), _ = listed([moved]).norms()
        assert norm == listed([arrays[4]]).norms()[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_are_the_exact_sums(dtype):
    for n in LENGTHS:
        a, b = numbers(n, n, dtype), numbers(n, n + 1, dtype)
        products = [float(x) * float(y) for x, y in zip(a, b, strict=True)]
        off = abs(listed([a, b]).dot() - math.fsum(products))
        assert off <= 1e-15 * max(1, math.sqrt(n)) * math.fsum(map(abs, products))


def test_refusals():
    one = np.ones(3, np.float32)
    with pytest.raises(libsched.SchedError, match=r"p=nan; accepted: a number"):
        listed([one]).norms(math.nan)
    with pytest.raises(libsched.SchedError, match=r"list\[1\].data=NULL; accepted: 3 floats"):
        _lib.Arrays(["float32"] * 2, [one.ctypes.data, 0], [3, 3]).norms()
    with pytest.raises(libsched.SchedError, match=r"b.n=2; accepted: 3"):
        listed([one, one[:2]]).dot()
    with pytest.raises(libsched.SchedError, match=r"b.dtype"):
        listed([one, np.ones(3)]).dot()
    assert listed([]).norms() == (pytest.approx([]), 0.0)
