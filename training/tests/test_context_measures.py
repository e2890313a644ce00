import numpy as np
import pytest

from mini.context.judge import covered, occlusion
from mini.context.labelled import GRID, Labelled, cells_in
from mini.context.measures import attention_on, crossing, labels, places_of, questions, summary, touched, where
from mini.context.real import lines_of, read
from mini.context.structures import ABOVE, LEFT, Header, Structure, Value
from mini.documents import Page

SIDE = 14
ROWS, COLUMNS = ["alpha", "bravo"], ["copper", "delta", "echoes"]


def box(row: int, column: int):
    return (column * SIDE + 2, row * SIDE + 2, (column + 1) * SIDE - 2, (row + 1) * SIDE - 2)


def page() -> Labelled:
    """Two rows and three columns: names of rows in column 2, of columns in row 4, the value (i, j) in row 6 + 2 i, column 10 + 5 j."""
    printed = [(w, box(6 + 2 * i, 2)) for i, w in enumerate(ROWS)] + [(w, box(4, 10 + 5 * j)) for j, w in enumerate(COLUMNS)]
    printed += [(f"{i}{j}7", box(6 + 2 * i, 10 + 5 * j)) for i in range(2) for j in range(3)]
    texts = sorted(w for w, _ in printed)
    values = [Value("table", 0, (i, j), [5 + 3 * i + j], [Header([i], LEFT), Header([2 + j], ABOVE)]) for i in range(2) for j in range(3)]
    boxes = np.array([b for _, b in printed], np.float32)
    return Labelled(texts, np.eye(len(texts), 16, dtype=np.float16), np.array([texts.index(w) for w, _ in printed]), boxes, [cells_in(b) for b in boxes],
                    [Structure("table", (28, 56, 300, 130), 28.0)], values, [], np.full((896, 896, 3), 250, np.uint8))


def words(texts):
    order = page().texts
    return np.array([np.eye(16)[order.index(t)] if t in order else np.zeros(16) for t in texts])


def vectors(carry: float) -> np.ndarray:
    """Each printed word in its cell; values carry their headers, `carry` strong."""
    p, v = page(), np.zeros((GRID * GRID, 16))
    for w, cells in enumerate(p.cells): v[cells, p.of[w]] = 0.55
    for value in p.values:
        for h in value.headers: v[p.cells[value.words[0]], p.of[h.words[0]]] = carry
    return v


def test_a_question_names_one_row_and_one_column():
    asked = questions([page()])
    assert len(asked) == 6
    assert {tuple(page().texts[w] for w in q.words) for q in asked} == {(r, c) for r in ROWS for c in COLUMNS}
    assert all(q.one_word and len(q.places) == 6 and q.on.sum() == 1 for q in asked)
    twice = page()
    twice.values[1].headers[1].words.append(2)  # the second column's name has the first one's word in it
    assert {twice.texts[q.words[1]] for q in questions([twice])} == set(COLUMNS[1:])


def test_words_printed_elsewhere_are_asked_for_only_without_once():
    p = page()
    p.of[5] = p.of[0]  # a value says alpha, too
    assert len(questions([p])) == 3 and len(questions([p], once=False)) == 6


@pytest.mark.parametrize("carry, hit", [(0.4, True), (0.2, False)])
def test_two_words_find_a_value_that_carries_more_than_one_of_them_shows(carry, hit):
    p, v = page(), vectors(carry)
    for q in questions([p]):
        record = crossing(q, np.eye(16)[list(q.words)] @ v.T)
        assert record["hit"] == hit and record["among_values"] and record["crossed"] and record["beside"]
        assert record["value_chance"] == 1 / 6 and record["chance"] == 1 / 4096
        assert where(q, p, np.eye(16)[list(q.words)] @ v.T) in ({"value"} if hit else {"row header", "column header"})


def test_a_transposed_map_misses():
    v = vectors(0.4).reshape(GRID, GRID, 16).transpose(1, 0, 2).reshape(-1, 16)
    for q in questions([page()]):
        record = crossing(q, np.eye(16)[list(q.words)] @ v.T)
        assert not record["hit"] and not record["crossed"] and not record["beside"]


def test_attention_counts_keys_that_touch_headers():
    p = page()
    keys = np.zeros((2, GRID * GRID // 2))
    keys[0, (6 * GRID + 2) // 2] = 0.75  # the name of row 0
    keys[0, 9] = 0.25
    keys[1, (4 * GRID + 10) // 2] = 1
    shares, area = attention_on(p, p.values[0], keys)
    assert shares.tolist() == [0.75, 1] and area == 2 / 2048


def test_summary_tells_before_from_after():
    attention = np.full((2, GRID * GRID, GRID * GRID // 2), 1 / 2048)
    found = summary([page()], [(vectors(0), vectors(0.4), attention)], words)
    assert found["crossing, table"] == dict(value=1.0, n=6) and found["before, table"]["value"] == 0
    assert found["row and column crossed, exact, table"]["value"] == 1
    assert found["attention on headers, table"]["value"] == pytest.approx(2 / 2048)
    assert found["pointing"]["value"] == 1 and found["pointing, value words"]["n"] == 6
    assert found["cells tinted besides the word, pointing, header words"]["value"] == pytest.approx((3 + 3 + 2 + 2 + 2) / 5)
    assert found["best cell at: value"]["value"] == 1
    swapped = summary([page()], [(vectors(0.4), vectors(0), None)], words)
    assert swapped["crossing, table"]["value"] == 0 and swapped["before, table"]["value"] == 1
    assert "attention on headers, table" not in swapped


def test_words_of_other_pages_are_absent():
    other = page()
    other.texts = [t + "x" for t in other.texts]
    everywhere = lambda texts: np.stack([np.eye(16)[15] if t.endswith("x") else words([t])[0] for t in texts])
    blank = vectors(0.4)
    blank[: GRID, 15] = 0.5
    found = summary([page(), other], [(vectors(0), blank, None)] * 2, everywhere)
    # 11 words of the other page light the first row; the 5 of this page that are asked of the other one light their print and their values
    assert found["absent: best cosine"] == dict(value=pytest.approx((11 * 0.5 + 5 * 0.55) / 16), n=16)
    assert found["absent, before: best cosine"]["value"] == pytest.approx(5 * 0.55 / 16)
    assert found["absent: page tinted"]["value"] == pytest.approx((11 * 64 + 2 * 4 + 3 * 3) / 16 / 4096)


def test_a_value_of_a_form_knows_its_label():
    p = page()
    for v in p.values: v.kind, v.headers = "form", v.headers[:1]
    found = labels(p, vectors(0.3), np.eye(16)[: len(p.texts)])
    assert len(found) == 6 and all(r["hit"] and r["chance"] == 0.5 for r in found)
    assert sum(r["hit"] for r in labels(p, vectors(-0.3), np.eye(16)[: len(p.texts)])) == 0


def test_touched_and_places_are_row_then_column():
    assert np.flatnonzero(touched([box(3, 60)])).tolist() == [3 * GRID + 60]
    assert np.flatnonzero(places_of(page(), 0)[1, 2]).tolist() == [8 * GRID + 20]


def test_covering_a_header_leaves_the_rest():
    p = page()
    x0, y0, x1, y1 = p.boxes[0].astype(int)
    p.pixels[y0 + 2 : y1 - 2, x0 + 3 : x1 - 4] = 10
    p.pixels[500:510, 500:510] = 10
    changed = covered(p, [0])
    assert (changed[y0:y1, x0:x1] == 250).all() and (changed[500:510, 500:510] == 10).all()


def test_occlusion_agrees_for_a_model_that_reads_its_headers():
    class Reader:
        def words(self, texts): return words(texts)

        def page(self, pixels):
            v, p = vectors(0.4), page()
            for w in range(5):
                if (pixels[tuple(int(n) for n in (p.boxes[w][1] + 3, p.boxes[w][0] + 3))] == 250).all(): v[:, p.of[w]] = 0  # painted over
            return v

    p = page()
    for w in range(5):
        x0, y0, x1, y1 = p.boxes[w].astype(int)
        p.pixels[y0 + 2 : y1 - 2, x0 + 2 : x1 - 5] = 10
    found = occlusion(Reader(), [p], 6)
    assert found["occlusion agrees"] == dict(value=1.0, n=6)
    assert found["occlusion of another header"]["value"] == 0 and found["fall of the cosine"]["value"] == pytest.approx(0.4)


def test_a_table_is_read_off_the_text_layer():
    at = lambda x, y, text: (text, (x, y, x + 7 * len(text), y + 10), 9.0)
    words_ = [at(40, 20, "prose"), at(40, 60, "package"), at(200, 60, "popcon"), at(300, 60, "size"), at(400, 60, "description")]
    for i, name in enumerate(["bash", "dash", "zsh", "fish"]):
        words_ += [at(40, 80 + 20 * i, name), at(200, 80 + 20 * i, "v"), at(214, 80 + 20 * i, f"{i}1"), at(316, 81 + 20 * i, f"{i}9"), at(400, 80 + 20 * i, "about"), at(445, 80 + 20 * i, name)]
    words_.append(at(40, 300, "below"))
    p = read(Page("drawn", np.zeros((896, 896, 3), np.uint8), words_), ["package", "popcon", "size"])
    text = lambda ws: " ".join(p.texts[p.of[w]] for w in ws)
    assert [(text(v.headers[0].words), text(v.headers[1].words), text(v.words)) for v in p.values] == [
        row for i, n in enumerate(["bash", "dash", "zsh", "fish"]) for row in ((n, "popcon", f"v {i}1"), (n, "size", f"{i}9"))]
    assert {v.place for v in p.values} == {(i, j) for i in range(4) for j in range(2)}
    assert read(Page("drawn", np.zeros((896, 896, 3), np.uint8), words_[:11]), ["package", "popcon", "size"]) is None
    assert [len(line) for line in lines_of([(t, np.array(b)) for t, b, _ in words_])][:3] == [1, 4, 6]
