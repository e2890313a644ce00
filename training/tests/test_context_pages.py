import random

import numpy as np
import pytest
import torch

from mini.paths import SOURCES
from mini.words import held_out

pytestmark = pytest.mark.skipif(not (SOURCES / "usr/share/fonts").exists(), reason="needs the packages of `mini.documents`")


class Trunk:
    """Words as unit vectors drawn by their spelling."""

    def words(self, texts):
        made = np.stack([np.random.default_rng(sum(map(ord, t)) * 7 + len(t)).normal(size=128) for t in texts])
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def printed():
    from mini.context.pages import StructurePrinter
    from mini.words import Vocabulary

    rng = random.Random(12)
    printer, vocabulary = StructurePrinter(), Vocabulary(rng)
    return [printer(rng, vocabulary) for _ in range(8)]


def test_headers_stand_where_they_say(printed):
    from mini.context.structures import ABOVE, LEFT

    middle = lambda p, ws: np.mean([p.words[w].box for w in ws], 0).reshape(2, 2).mean(0)
    kinds, seen = {v.kind for p in printed for v in p.values}, 0
    assert {"table", "form"} <= kinds
    for p in printed:
        for v in p.values:
            if v.kind not in ("table", "form"): continue
            x, y = middle(p, v.words)
            for h in v.headers:
                hx, hy = middle(p, h.words)
                seen += 1
                if h.side == LEFT: assert hx < x and abs(hy - y) < 45  # pages may be turned by a degree
                if h.side == ABOVE: assert hy < y
    assert seen > 300


def test_nothing_held_out_is_printed(printed):
    assert not [w.text for p in printed for w in p.words if held_out(w.text)]


def test_targets_ask_for_headers_and_keep_the_rest(printed):
    from mini.context.labelled import labelled
    from mini.context.targets import STRONGEST, Targets

    trunk = Trunk()
    for page in printed:
        p = Targets(labelled(page, trunk.words), trunk)
        if not p.asked: continue
        cosine, weight, own = p.asks
        assert cosine.max() <= STRONGEST and ((cosine > 0) == (weight > 0)).all()
        for n, v in enumerate(p.page.values):
            assert set(p.headers[cosine[n] > 0]) == {int(p.page.of[w]) for h in v.headers for w in h.words}
        questions, values, rest = p.sample(random.Random(1))
        assert len(values) + len(rest) == 400 and not set(values) & set(rest) - {0}
        assert not set(p.outside) & {c for cells in p.value_cells for c in cells}
        assert not {p.texts[t] for t in p.absent} & set(p.page.texts)


def test_the_objective_prefers_values_that_carry_their_headers(printed):
    """A block that adds the headers' words to values has a lower loss than one that changes nothing."""
    from mini.context import losses
    from mini.context.labelled import labelled
    from mini.context.targets import Targets

    pages = [p for p in (Targets(labelled(x, Trunk().words), Trunk()) for x in printed) if len(p.asked) > 10][:2]

    class Ideal:
        def __init__(self, carry): self.carry = carry

        def __call__(self, h, at):
            v, after = [], []
            for b, p in enumerate(pages):
                plain = torch.zeros(4096, 128)
                plain[:, 0] = 1
                shown = np.flatnonzero(p.shows >= 0)
                plain[shown] = 0.5 * torch.from_numpy(p.vectors[p.shows[shown]]) + 0.5 * plain[shown]
                told = plain.clone()
                for c, n in p.owner.items():
                    texts = p.headers[p.asks[0][n] > 0]
                    told[c] += self.carry * torch.from_numpy(p.vectors[texts]).sum(0)
                v.append(torch.nn.functional.normalize(plain, dim=-1))
                after.append(torch.nn.functional.normalize(told, dim=-1)[at[b]])
            v = torch.stack(v)
            return v, v, torch.stack(after), torch.full((len(pages), 3, at.shape[1], 2048), 1 / 2048), None

    loss = lambda carry: losses.objective(Ideal(carry), torch.zeros(len(pages), 192, 64, 64), pages, random.Random(2))
    none, some, wrong = loss(0.0), loss(0.45), loss(-0.45)
    assert some[0] < none[0] < wrong[0]
    assert some[1]["hit"] > none[1]["hit"] and some[1]["carry"] < none[1]["carry"] < wrong[1]["carry"]
