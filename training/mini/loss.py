"""The training objective. All similarities are cosines times SCALE, which is fixed: a learned one grows until a cosine of .55
is enough, and maps are shown as cosines."""

import torch
import torch.nn.functional as F

from .batches import Batch

SCALE = 16.0
NOTHING = 0.35  # cosine above which a cell says "this word is here": the null class, and the roof for absent words
TOKENS, PATCHES, BLANK = 640, 1024, 384  # rows sampled per batch, to bound the cost
THINGS = 4.0  # weight of a concept or colour word against a printed word: a batch has some ten of them among four hundred


def objective(vectors: torch.Tensor, queries: torch.Tensor, letters: torch.Tensor, batch: Batch, letters_only: bool = False) -> tuple[torch.Tensor, dict[str, float]]:
    """vectors [B,cells,128], queries [U,T,128], letters [B,37,...] -> loss and its parts (hit: share of tokens whose best
    cell shows their word)."""
    k = vectors.flatten(0, 1)
    mask = batch.ids > 0
    words = queries.sum(1) / mask.sum(1, keepdim=True)
    present = len(batch.ids) - batch.absent
    find, hit = find_cells(queries[:present][mask[:present]], batch.marks[:present], mask[:present], k, batch.things)
    cosines = words @ k.T
    name = name_cells(cosines, batch)
    absent = F.softplus(SCALE * (cosines[present:].topk(min(8, len(k)), dim=1).values - NOTHING)).mean()
    weight = torch.ones(37)
    weight[0] = 0.15
    spell = F.cross_entropy(letters.float(), batch.letters, weight=weight)
    loss = spell if letters_only else find + 0.6 * name + 0.25 * absent + 0.5 * spell
    with torch.no_grad():
        best = cosines[:present].masked_fill(batch.marks[:present] <= 0, -1).max(1).values
        parts = dict(loss=float(loss), find=float(find), name=float(name), absent=float(absent), spell=float(spell), hit=float(hit),
                     best=float(best[best > -1].mean()), roof=float(cosines[present:].max(1).values.mean()))
    return loss, parts


def find_cells(q, marks, mask, k, things):
    """Token -> cells: softmax over every cell of the batch; .4 the best of the word's cells, .6 the mean over them."""
    word = torch.arange(len(mask))[:, None].expand_as(mask)[mask]
    usable = (marks > 0).any(1)
    pieces = mask.sum(1)
    rows = usable[word].nonzero()[:, 0]
    printed = rows[word[rows] >= things]
    rows = torch.cat([rows[word[rows] < things], printed[torch.randperm(len(printed))[:TOKENS]]])
    m = marks[word[rows]]
    scores = (SCALE * q[rows] @ k.T).masked_fill(m < 0, -1e4)
    positive = m > 0
    total = scores.logsumexp(1)
    best = scores.masked_fill(~positive, -1e4).logsumexp(1) - total
    mean = (scores * positive).sum(1) / positive.sum(1) - total
    weight = torch.where(word[rows] < things, THINGS, 1.0) / pieces[word[rows]]
    with torch.no_grad():
        hit = positive.gather(1, scores.argmax(1, keepdim=True)).float().mean()
    return -((0.4 * best + 0.6 * mean) * weight).sum() / weight.sum(), hit


def name_cells(cosines, batch):
    """Cell -> words, near spellings and the null class: a cell that shows nothing must choose the null class."""
    some = (batch.marks > 0).any(0).nonzero()[:, 0]
    some = some[torch.randperm(len(some))[:PATCHES]]
    blank = (~batch.written).nonzero()[:, 0]
    blank = blank[torch.randperm(len(blank))[:BLANK]]
    at = torch.cat([some, blank])
    marks = batch.marks[:, at]
    scores = (SCALE * cosines[:, at]).masked_fill(marks < 0, -1e4)
    null = torch.full((1, len(at)), SCALE * NOTHING)
    total = torch.cat([scores, null]).logsumexp(0)
    positive = marks > 0
    n = positive.sum(0)
    target = torch.where(n > 0, (scores * positive).sum(0) / n.clamp(min=1), null[0])
    return -(target - total).mean()
