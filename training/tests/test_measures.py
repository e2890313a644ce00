import numpy as np
import pytest

from mini import evaluate, measures
from mini.documents import SIDE, Page

GRID, CELL = 8, SIDE // 8
WORDS = ["alpha7", "bravo", "charlie", "delta", "echoes", "foxtrot", "golfer", "hotels", "indigo", "juliet"]


class Oracle:
    """A model that knows where WORDS[i] is: its vector is the i-th axis. Where `off` is not 0 it takes each word for another."""

    def __init__(self, off: int = 0):
        self.off = off

    def tokens(self, queries):
        one = lambda w: np.eye(16)[(WORDS.index(w) + self.off) % len(WORDS)] if w in WORDS else np.zeros(16)
        return [np.stack([one(w) for w in q.split()]) for q in queries]

    def maps(self, page, queries):
        return (np.stack([t.mean(0) for t in self.tokens(queries)]) @ page.T).reshape(-1, GRID, GRID)


def pages(transposed: bool = False):
    """Two pages; word i of page p stands in row i, column 5 + p, and takes one cell."""
    all_pages, vectors = [], []
    for p, words in enumerate((WORDS[:5], WORDS[5:])):
        v, found = np.zeros((GRID, GRID, 16)), []
        v[..., 15] = 1
        for i, w in enumerate(words):
            row, column = (5 + p, i) if transposed else (i, 5 + p)
            v[row, column] = np.eye(16)[WORDS.index(w)]
            found.append((w, ((5 + p) * CELL + 2, i * CELL + 2, (6 + p) * CELL - 2, (i + 1) * CELL - 2), 12.0))
        all_pages.append(Page(f"page:{p}", np.zeros((2, 2, 3), np.uint8), found))
        vectors.append(v.reshape(-1, 16))
    return all_pages, vectors


def test_touched_is_row_then_column():
    cells = measures.touched([(CELL * 2 + 1, 1, CELL * 4 - 1, CELL - 1)], GRID)
    assert np.argwhere(cells).tolist() == [[0, 2], [0, 3]]


def test_pointing_sees_a_transposed_map():
    right = measures.pointing(Oracle(), *pages())
    assert [r["hit"] for r in right] == [True] * 10
    assert all(r["chance"] == 1 / 64 and r["best"] == 1 and r["contrast"] == 1 for r in right)
    assert [r["digits"] for r in right].count(True) == 1
    p, turned = pages()[0], pages(transposed=True)[1]
    assert measures.rate(measures.pointing(Oracle(), p, turned))["value"] < 0.3
    assert measures.rate(measures.pointing(Oracle(off=1), *pages()))["value"] == 0


def test_presence_of_a_model_that_knows_and_of_one_that_is_fooled():
    known = measures.presence(Oracle(), *pages())
    assert known["auc"] == 1 and known["absent"] == 0 and known["tinted"] == 0
    assert known["at_5_percent_alarms"]["recall"] == 1
    assert 0 < known["calibration"]["even_odds_at"] < 1
    fooled = measures.presence(Oracle(off=5), *pages())
    assert fooled["auc"] == 0 and fooled["tinted"] == 1 / 64


def test_retrieval_ranks_the_page_with_the_words():
    p, v = pages()
    for words in (1, 3):
        assert measures.retrieval(Oracle(), p, v, words)["ndcg5"] == 1
    assert measures.retrieval(Oracle(), p, v[::-1], 1)["ndcg5"] == pytest.approx(1 / np.log2(3))


def test_colours_count_where_they_fill_cells_and_do_not_fill_the_page():
    p, v = pages()
    few, all_over = np.zeros((GRID, GRID), np.int8), np.ones((GRID, GRID), np.int8)
    few[7, :5] = 1
    p[0].colours = {"red": few, "blue": all_over}
    p[0].regions = [("table", (0, 7 * CELL + 1, 5 * CELL - 1, 8 * CELL - 1))]

    class Painter(Oracle):
        def maps(self, page, queries):
            assert queries  # the second page shows nothing
            maps = np.zeros((len(queries), GRID, GRID))
            for m, q in zip(maps, queries):
                m[(7, 0) if q == "table" else (0, 7)] = 1
            return maps

    found = measures.things(Painter(), p, v)
    assert set(found) == {"red", "table"}
    assert found["table"] == dict(n=1, value=1.0, chance=5 / 64) and found["red"]["value"] == 0


def test_fewer_vectors():
    v = pages()[1][0]
    means, left = evaluate.averaged(v, 2)
    assert left == 16 and np.allclose(np.linalg.norm(means, axis=1), 1)
    assert means[2, 0] == pytest.approx(means[2, 1])  # cells (0..1, 4..5): alpha7 and bravo
    runs, left = evaluate.merged(v, 0.9)
    assert left == 8 + 2 * 5 and np.allclose(runs, v)  # each word splits its row in three
    runs, left = evaluate.merged(v, -1)
    assert left == 8 and np.allclose(runs[0], runs[7]) and not np.allclose(runs[0], runs[8])


def test_spread_is_of_draws():
    p, v = pages()
    found = evaluate.spread(Oracle(), p, v, draws=3)
    assert found["pointing"] == dict(draws=3, mean=1.0, deviation=0.0)
    assert set(found) >= {"with digits", "retrieval 1", "retrieval 3"}
