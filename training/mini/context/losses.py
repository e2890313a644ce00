"""What the block is trained for. All similarities of softmaxes are cosines times SCALE, as for the reading model."""

import random

import numpy as np
import torch
import torch.nn.functional as F

from ..loss import SCALE
from .block import HEADS, Context
from .targets import Targets

WEIGHTS = dict(carry=60.0, wrong=12.0, own=30.0, name=0.6, rank=4.0, single=3.0, attend=0.1, keep=6.0, read=1.0, absent=25.0)
ROOF = 0.12  # cosine of a header with values of other rows and columns, at most
SILENT = 0.28  # cosine of a word that is nowhere, at most
OWN = 0.47  # cosine of a value with its own word is not asked to be more
WORDS = 500  # cells of words read, for each page


def objective(model: Context, features: torch.Tensor, pages: list[Targets], rng: random.Random) -> tuple[torch.Tensor, dict[str, float]]:
    """features [B,192,64,64] -> loss and its parts; `hit`: share of questions whose best sampled cell is the value's."""
    samples = [p.sample(rng) for p in pages]
    at = torch.tensor([values + rest for _, values, rest in samples])
    v, r, after, attention, _ = model(features.flatten(2).transpose(1, 2).contiguous(), at)
    parts: dict[str, list] = {}
    for b, page in enumerate(pages):
        questions, values, rest = samples[b]
        before = v[b, at[b]].detach()
        other = pages[(b + 1) % len(pages)]
        for name, part in {
            **_values(page, values, before[: len(values)], after[b, : len(values)]),
            **_words(page, questions, at[b].numpy(), after[b], rng),
            "attend": _attend(page, values, attention[b, :, : len(values)]),
            "keep": _keep(page, rest, before[len(values) :], after[b, len(values) :]),
            "read": _read(page, r[b], rng),
            "absent": _absent(page, other, after[b]),
        }.items():
            if part is not None: parts.setdefault(name, []).append(part)
    means = {name: torch.stack(p).mean() for name, p in parts.items()}
    return sum(WEIGHTS[name] * part for name, part in means.items() if name in WEIGHTS), {name: float(p.detach()) for name, p in means.items()}


def _values(page: Targets, cells: list[int], before, after) -> dict:
    """Headers are carried up to the cosine asked, others stay below the roof, the own word stays and is named."""
    ns = [page.owner[c] for c in cells]
    asked, weight, own = (torch.from_numpy(x[ns]) for x in page.asks)
    headers = torch.from_numpy(page.vectors[page.headers])
    cosines = after @ headers.T
    carried = (asked > 0) & ~own
    carry = ((asked - cosines).clamp(min=0) ** 2 * weight * carried).sum() / len(cells)
    over = (cosines - ROOF).clamp(min=0).masked_fill((asked > 0) | own, 0) ** 2
    wrong = over.topk(min(6, over.shape[1]), 1).values.sum(1).mean()
    mine = [page.own[c] for c in cells]
    word = torch.from_numpy(page.vectors[mine])
    was, now = (before * word).sum(1), (after * word).sum(1)
    kept = ((was.clamp(max=OWN) - 0.01 - now).clamp(min=0) ** 2).mean()
    scores = SCALE * after @ torch.from_numpy(page.vectors).T
    drop = torch.zeros_like(scores, dtype=torch.bool)
    drop[:, page.headers] = asked > 0
    drop[torch.arange(len(cells)), mine] = False
    name = F.cross_entropy(scores.masked_fill(drop, -1e4), torch.tensor(mine))
    with torch.no_grad():
        mean = (cosines * weight * carried).sum() / (weight * carried).sum().clamp(min=1e-6)
    return {"carry": carry, "wrong": wrong, "own": kept, "name": name, "cosine": mean.detach(), "own_now": now.mean().detach(), "own_was": was.mean()}


def _words(page: Targets, questions: list[int], at: np.ndarray, after, rng) -> dict:
    """Two words find the value they name; one word finds where it is printed, above all cells that carry it."""
    queries, marks = [], []
    for n in questions:
        value = page.page.values[n]
        strong = [h for h in value.headers if h.strength == 1]
        texts = [int(page.page.of[rng.choice(h.words)]) for h in strong[:2]]
        if len(texts) == 1 and value.words: texts.append(int(page.page.of[rng.choice(value.words)]))
        if len(texts) < 2: continue
        queries.append(page.vectors[texts[0]] + page.vectors[texts[1]])
        marks.append(np.isin(at, page.value_cells[n]))
    out = {}
    if queries:
        rank, hit = _softmax(SCALE * torch.from_numpy(np.stack(queries)) @ after.T, torch.from_numpy(np.stack(marks)))
        out |= {"rank": rank, "hit": hit}
    printed = {int(page.shows[c]) for c in at if page.shows[c] >= 0}
    names, rest = sorted(printed & set(page.headers.tolist())), sorted(printed - set(page.headers.tolist()))
    texts = names + rng.sample(rest, min(80, len(rest)))  # headers above all: they are what other cells carry
    if texts:
        out["single"], out["pointing"] = _softmax(SCALE * torch.from_numpy(page.vectors[texts]) @ after.T, torch.from_numpy(page.marks[texts][:, at]))
    return out


def _keep(page: Targets, cells: list[int], before, after):
    """Print and paper stay as they are. Headers need not: their words have to stay stronger in them than where they are carried."""
    return (1 - (before * after).sum(1))[torch.from_numpy(~np.isin(cells, page.header_cells))].mean()


def _softmax(scores, marks):
    ok = marks.any(1)
    scores, marks = scores[ok], marks[ok]
    loss = (scores.logsumexp(1) - scores.masked_fill(~marks, -1e4).logsumexp(1)).mean()
    return loss, marks.gather(1, scores.argmax(1, keepdim=True)).float().mean().detach()


def _attend(page: Targets, cells: list[int], attention):
    """Each head that has a header of the value looks at it. attention [heads, cells, keys]"""
    looks = torch.from_numpy(page.looks[[page.owner[c] for c in cells]]).transpose(0, 1)
    shares = ((attention * looks).sum(2) + 1e-4).log()
    has = looks.any(2)
    return -sum(shares[k][has[k]].mean() for k in range(HEADS) if has[k].any())


def _read(page: Targets, read, rng):
    """What a cell of a word tells others is that word and none of the others on the page."""
    cells = np.flatnonzero(page.shows >= 0)
    if not len(cells): return None
    cells = cells[rng.sample(range(len(cells)), min(WORDS, len(cells)))]
    texts = torch.from_numpy(page.shows[cells])
    words = torch.from_numpy(page.vectors)
    told = read[cells]
    away = 1 - (told * F.normalize(words[texts], dim=-1)).sum(1).mean()
    return away + 0.3 * F.cross_entropy(SCALE * told @ words.T, texts)


def _absent(page: Targets, other: Targets, after):
    """Near spellings of headers, and words of another page, are nowhere."""
    foreign = other.vectors[np.array([i for i in other.headers if other.texts[i] not in set(page.texts)], int)]
    words = torch.from_numpy(np.concatenate([foreign, page.vectors[page.absent]]))
    if not len(words): return None
    cosines = after @ words.T
    return ((cosines - SILENT).clamp(min=0) ** 2).topk(min(8, len(cosines)), 0).values.sum(0).mean()
