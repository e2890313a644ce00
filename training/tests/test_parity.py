import numpy as np

from mini.parity import LIMIT, largest_gap


def test_a_difference_is_seen():
    a = np.random.default_rng(1).normal(size=(1, 3, 2)).astype(np.float32)
    b = a.ravel().copy()
    assert largest_gap(a, b, [1, 3, 2]) == 0
    b[-1] += 2 * LIMIT
    assert largest_gap(a, b, [1, 3, 2]) > LIMIT
    b[-1] = np.nan
    assert largest_gap(a, b, [1, 3, 2]) == float("inf")


def test_another_shape_and_an_empty_output_do_not_pass():
    a = np.ones((1, 3, 2), np.float32)
    assert largest_gap(a, a.ravel(), [1, 3, 2]) == float("inf")
    b = np.arange(6, dtype=np.float32).reshape(1, 3, 2)
    assert largest_gap(b, b.ravel(), [1, 2, 3]) == float("inf")
    assert largest_gap(b, b.ravel()[:-1], [1, 3, 2]) == float("inf")
