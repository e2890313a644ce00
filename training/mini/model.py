"""The two towers. Vision: a plain convolutional network with wide kernels, so that a cell sees the whole word. Text: a
small transformer that attends only inside a word, so that a word's vectors never depend on the rest of the query."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from .spelling import LETTERS

DIMENSION = 128
INNER = (8, 7)  # the graph enlarges the page by this ratio, 896 to 1024, before the first convolution


def _norm(channels: int, weight: float = 1.0) -> nn.BatchNorm2d:
    norm = nn.BatchNorm2d(channels, momentum=0.02)
    nn.init.constant_(norm.weight, weight)
    return norm


class Residual(nn.Module):
    """relu(x + norm(conv_k(relu(norm(conv_3x3(x))))))"""

    def __init__(self, channels: int, kernel: tuple[int, int] = (1, 7), dilation: int = 1, weight: float = 0.3):
        super().__init__()
        self.c1 = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation, bias=False)
        self.n1 = _norm(channels)
        self.c2 = nn.Conv2d(channels, channels, kernel, padding=(kernel[0] // 2, kernel[1] // 2), bias=False)
        self.n2 = _norm(channels, weight)

    def forward(self, x):
        return F.relu(x + self.n2(self.c2(F.relu(self.n1(self.c1(x))))))


class Down(nn.Module):
    def __init__(self, a: int, b: int):
        super().__init__()
        self.c = nn.Conv2d(a, b, 3, 2, 1, bias=False)
        self.n = _norm(b)

    def forward(self, x):
        return F.relu(self.n(self.c(x)))


class Vision(nn.Module):
    """pixel_values [B,3,S,S] -> unit vectors [B, (S/14)^2, 128], row by row.

    Five residual blocks at stride 8 read letters; two wide ones at stride 16 read words; two tall ones (dilated 3x3, 7x1) see
    enough of the page for charts and tables. `letters` is a head for training only."""

    def __init__(self, channels=(32, 64, 128, 192), tall: int = 2):
        super().__init__()
        self.down = nn.ModuleList([Down(a, b) for a, b in zip((3, *channels), channels)])
        self.fine = nn.Sequential(*[Residual(channels[2]) for _ in range(5)])
        self.wide = nn.Sequential(*[Residual(channels[3]) for _ in range(2)])
        self.tall = nn.Sequential(*[Residual(channels[3], (7, 1), 2, 0.0) for _ in range(tall)])
        self.head = nn.Conv2d(channels[3], DIMENSION, 1)
        self.letters = nn.Conv2d(channels[2], 37, 1)

    def features(self, pixels):
        side = int(pixels.shape[-1]) * INNER[0] // INNER[1]
        x = F.interpolate(pixels, size=(side, side), mode="bilinear", align_corners=False)
        x = self.down[2](self.down[1](self.down[0](x)))
        middle = self.fine[2](self.fine[1](self.fine[0](x)))
        return middle, self.fine[4](self.fine[3](middle))

    def forward(self, pixels):
        return self.vectors(self.features(pixels)[1])

    def vectors(self, x):
        x = self.head(self.tall(self.wide(self.down[3](x))))
        return F.normalize(x.flatten(2).transpose(1, 2), dim=-1, eps=1e-6)

    def both(self, pixels):
        """Vectors and letter scores [B,37,S/7,S/7]."""
        middle, x = self.features(pixels)
        return self.vectors(x), self.letters(middle)


class Layer(nn.Module):
    def __init__(self, d: int, heads: int, inner: int):
        super().__init__()
        self.heads = heads
        self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.o = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.f1, self.f2 = nn.Linear(d, inner), nn.Linear(inner, d)

    def forward(self, x, bias):
        b, t, d = x.shape
        q, k, v = self.qkv(self.n1(x)).reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        attention = (q @ k.transpose(-1, -2) / math.sqrt(d // self.heads) + bias).softmax(-1)
        x = x + self.o((attention @ v).transpose(1, 2).reshape(b, t, d))
        return x + self.f2(F.gelu(self.f1(self.n2(x))))


class Text(nn.Module):
    """input_ids, attention_mask [B,T] -> unit vectors [B,T,128], zero where masked."""

    def __init__(self, vocabulary: dict[str, int], table: int = 96, d: int = 160):
        super().__init__()
        starts = torch.ones(len(vocabulary), dtype=torch.long)
        for piece, i in vocabulary.items():
            starts[i] = 0 if piece.startswith("##") else 1
        self.register_buffer("starts", starts)
        self.table = nn.Embedding(len(vocabulary), table)
        self.p = nn.Linear(table, d)
        self.position, self.length = nn.Embedding(12, d), nn.Embedding(13, d)
        self.layers = nn.ModuleList([Layer(d, 4, 480) for _ in range(2)])
        self.n, self.o = nn.LayerNorm(d), nn.Linear(d, DIMENSION)

    def forward(self, ids, mask, embedded=None):
        word = torch.cumsum(self.starts[ids], 1)
        same = (word[:, :, None] == word[:, None, :]) & (mask[:, None, :] > 0)
        at = torch.arange(ids.shape[1], device=ids.device)
        position = ((same & (at[None, :] <= at[:, None])[None]).sum(-1) - 1).clamp(0, 11)
        x = self.table(ids) if embedded is None else embedded
        x = self.p(x) + self.position(position) + self.length(same.sum(-1).clamp(0, 12))
        bias = torch.where(same, 0.0, -1e4)[:, None]
        for layer in self.layers:
            x = layer(x, bias)
        return F.normalize(self.o(self.n(x)), dim=-1, eps=1e-6) * mask[..., None].float()


class Spelled(nn.Module):
    """Vector of a token from its letters plus a free part: what a from-scratch run learns first and then bakes into
    `Text.table`, so that rare pieces start from their spelling."""

    def __init__(self, vocabulary: dict[str, int], d: int = 96, longest: int = 14):
        super().__init__()
        letters = torch.zeros(len(vocabulary), longest, dtype=torch.long)
        for piece, i in vocabulary.items():
            if not piece.startswith("["):
                for j, c in enumerate(piece.removeprefix("##")[:longest]):
                    letters[i, j] = LETTERS.index(c) + 1
        self.register_buffer("letters", letters)
        self.e = nn.Embedding(len(LETTERS) + 1, 48, padding_idx=0)
        self.c1, self.c2 = nn.Conv1d(48, 96, 3, padding=1), nn.Conv1d(96, 96, 3, padding=1)
        self.o = nn.Linear(96 * longest, d)
        self.free = nn.Embedding(len(vocabulary), d)
        nn.init.normal_(self.free.weight, std=0.02)

    def forward(self, ids):
        unique, inverse = torch.unique(ids, return_inverse=True)
        x = self.letters[unique]
        mask = (x > 0).float().unsqueeze(1)
        h = F.relu(self.c1(self.e(x).transpose(1, 2))) * mask
        h = F.relu(self.c2(h)) * mask
        return (self.o(h.flatten(1)) + self.free(unique))[inverse]


class Mini(nn.Module):
    def __init__(self, vocabulary: dict[str, int]):
        super().__init__()
        self.vision, self.text = Vision(), Text(vocabulary)
