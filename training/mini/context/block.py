"""The context block: one layer of attention over the 64 x 64 grid, on the features of the frozen trunk.

    v  = normalize(head(h))                     what is printed in a cell: the vectors of the trunk
    r  = normalize(v + reader(h))               the same, purer: what a cell tells others of its word
    s  = stem(h)                                what role a cell has: a name of a row, a value, print
    A  = softmax(q(s) k(pool(s)) / sqrt(d) + by[dy] + bx[dx])     for each head
    v' = normalize(v + gate(s) r + sum over heads of gate(s) unit(A pool(r)))

What a head brings has length 1 (`unit`), however many words it looks at: each of three words of a header then has a cosine of 1 / sqrt(3)
with it, not of a third.

Heads are born looking left along the line, up the column and down it. Keys are pooled 1 x 2: two cells of a row, never of two rows.
Everything is [B, cells, channels]: matrix products are several times faster on a CPU than convolutions of 1 x 1, and dense
convolutions faster than depthwise ones."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ..model import DIMENSION
from .labelled import GRID

POOL = 2  # cells of a row that are one key
HEADS = 3
HALF = torch.cpu._is_avx512_bf16_supported()  # convolutions are trained in bfloat16 where the processor multiplies it: a step takes little more than half as long


class Mix(nn.Module):
    """x + linear(relu(norm(sum of convolutions)))"""

    def __init__(self, channels: int, kernels: list[tuple[int, int]], dilation: int = 1):
        super().__init__()
        self.convolutions = nn.ModuleList([nn.Conv2d(channels, channels, k, padding=tuple(n // 2 * self._step(n, dilation) for n in k),
                                                     dilation=tuple(self._step(n, dilation) for n in k), bias=False) for k in kernels])
        self.norm, self.linear = nn.LayerNorm(channels), nn.Linear(channels, channels)
        nn.init.zeros_(self.linear.bias)
        self.linear.weight.data.mul_(0.5)

    @staticmethod
    def _step(n: int, dilation: int) -> int:
        return dilation if n > 3 else 1

    def forward(self, x):
        """x [B,rows,columns,channels]"""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training and HALF):
            y = x.permute(0, 3, 1, 2)  # channels_last in memory
            y = sum(c(y) for c in self.convolutions).permute(0, 2, 3, 1)
            return x + self.linear(F.relu(self.norm(y)))


class Context(nn.Module):
    """`weight` and `bias` are those of the trunk's head, which stays as it is."""

    def __init__(self, weight, bias, width: int = 64, read: int = 160, d: int = 32):
        super().__init__()
        self.register_buffer("weight", torch.as_tensor(weight))
        self.register_buffer("bias", torch.as_tensor(bias))
        channels = self.weight.shape[1]
        self.d = d
        self.enter = nn.Linear(channels, width)
        self.stem = nn.Sequential(*[Mix(width, [(3, 3), (1, 9), (9, 1)], dilation) for dilation in (1, 3)])
        self.query, self.key = nn.Linear(width, HEADS * d), nn.Linear(width, HEADS * d)
        self.gate = nn.Linear(width, HEADS + 1)
        nn.init.constant_(self.gate.bias, -1.0)
        self.open = nn.Linear(channels, read)
        self.reader = nn.Sequential(Mix(read, [(1, 7)]), Mix(read, [(1, 7)]))
        self.say = nn.Linear(read, DIMENSION)
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.say.bias)
        t = torch.arange(1 - GRID, GRID).float()  # query minus key
        near, after, before = -0.5 * t.abs().clamp(max=12), torch.where(t > 0, 0.0, -3.0), torch.where(t < 0, 0.0, -3.0)
        self.by, self.bx = nn.Parameter(torch.stack([2 * near, after, before])), nn.Parameter(torch.stack([after, near, near]))
        keys = torch.arange(GRID // POOL) * POOL + (POOL - 1) // 2
        self.register_buffer("iy", torch.arange(GRID)[:, None] - torch.arange(GRID)[None] + GRID - 1)
        self.register_buffer("ix", torch.arange(GRID)[:, None] - keys[None] + GRID - 1)

    def read(self, h):
        """h [B,cells,channels] -> v, r [B,cells,128]"""
        v = F.normalize(F.linear(h, self.weight, self.bias), dim=-1, eps=1e-6)
        x = F.relu(self.open(h)).view(h.shape[0], GRID, GRID, -1)
        return v, F.normalize(v + self.say(self.reader(x).flatten(1, 2)), dim=-1, eps=1e-6)

    def forward(self, h, at=None):
        """h [B,cells,channels]; at [B,Q] cells or None for all -> v, r of all cells, v' [B,Q,128], attention [B,heads,Q,keys],
        gates [B,Q,heads+1]"""
        v, r = self.read(h)
        s = self.stem(self.enter(h).view(h.shape[0], GRID, GRID, -1)).flatten(1, 2)
        told, keys = pooled(r), self._heads(self.key(pooled(s)))
        mine, own = (v, r) if at is None else (picked(v, at), picked(r, at))
        s = s if at is None else picked(s, at)
        gates = F.softplus(self.gate(s))
        a = self._placed(self._heads(self.query(s)) / math.sqrt(self.d) @ keys.transpose(2, 3), at).softmax(-1)
        carried = (unit(a @ told[:, None]) * gates.transpose(1, 2)[:, :HEADS, :, None]).sum(1)
        return v, r, F.normalize(mine + gates[..., HEADS:] * own + carried, dim=-1, eps=1e-6), a, gates

    def _heads(self, x):
        return x.view(x.shape[0], x.shape[1], HEADS, self.d).transpose(1, 2)

    def _placed(self, scores, at):
        """Adds the learned biases by distance to scores [B,heads,queries,keys]. Of all queries at once the two are added one after the
        other, so that their sum, as large as the scores, is no constant of the exported graph."""
        by, bx = self.by[:, self.iy], self.bx[:, self.ix]
        if at is None:
            whole = scores.view(-1, HEADS, GRID, GRID, GRID, GRID // POOL) + by[:, :, None, :, None] + bx[:, None, :, None, :]
            return whole.view(scores.shape)
        return scores + (by[:, at // GRID][..., :, None] + bx[:, at % GRID][..., None, :]).flatten(3).transpose(0, 1)


def pooled(x):
    """[B,cells,channels] -> the means of POOL cells of a row."""
    return x.view(x.shape[0], -1, POOL, x.shape[-1]).mean(2)


def unit(x):
    """To length 1; what is nearly nothing stays little."""
    return x / (x.square().sum(-1, keepdim=True) + 0.01).sqrt()


def picked(x, at):
    return torch.gather(x, 1, at[..., None].expand(-1, -1, x.shape[2]))
