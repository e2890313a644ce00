import random

import numpy as np
import pytest

from mini.paths import SOURCES
from mini.words import held_out

pytestmark = pytest.mark.skipif(not (SOURCES / "usr/share/fonts").exists(), reason="needs the packages of `mini.documents`")


def test_pages_never_raise_and_hold_out_words():
    from mini.page import Printer
    from mini.words import Vocabulary

    rng = random.Random(4)
    vocabulary, printer, words = Vocabulary(rng), Printer(), 0
    for _ in range(25):
        sample = printer(rng, vocabulary, 280)
        assert sample.pixels.shape == (280, 280, 3)
        words += len(sample.labels.words)
        assert not [w.text for w in sample.labels.words if held_out(w.text)]
    assert words > 300


def test_a_batch_is_the_same_every_time():
    import json

    from mini.batches import Batches
    from mini.paths import MODEL

    vocabulary = json.loads((MODEL / "tokenizer.json").read_text())["model"]["vocab"]
    a, b = (Batches(vocabulary, 3, crops=2, side=280)(11) for _ in range(2))
    assert np.array_equal(a.pixels, b.pixels) and np.array_equal(a.marks, b.marks) and np.array_equal(a.ids, b.ids)
    assert a.absent > 40 and not a.marks[-a.absent :].any()
    assert not np.array_equal(a.marks, Batches(vocabulary, 3, crops=2, side=280)(12).marks[: len(a.marks)])
