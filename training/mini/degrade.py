"""What scanners, cameras and codecs do to a page: skew and perspective (labels follow), blur, shade, noise, JPEG."""

import io
import math
import random
from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter

from .canvas import Labels


def warp(image: Image.Image, labels: Labels, paper, rng: random.Random, strength: float = 1.0) -> tuple[Image.Image, Labels]:
    """Turns the page by up to 2.5 degrees and pulls its corners by up to 3 % (times `strength`)."""
    w, h = image.size
    angle, pull = math.radians(rng.uniform(-2.5, 2.5) * strength), 0.03 * strength
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], float)
    centre, turn = np.array([w / 2, h / 2]), np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved = (corners - centre) @ turn.T + centre
    if rng.random() < 0.5:
        moved += np.array([[rng.uniform(-pull, pull) * w, rng.uniform(-pull, pull) * h] for _ in range(4)])
    forward, back = _homography(corners, moved), _homography(moved, corners)
    image = image.transform((w, h), Image.PERSPECTIVE, tuple(back.ravel()[:8] / back[2, 2]), Image.BILINEAR, fillcolor=paper)

    def points(xy):
        p = np.column_stack([xy, np.ones(len(xy))]) @ forward.T
        return p[:, :2] / p[:, 2:]

    def boxes(all_boxes):
        if not all_boxes:
            return []
        b = np.asarray(all_boxes, float)
        mid_y, mid_x = (b[:, 1] + b[:, 3]) / 2, (b[:, 0] + b[:, 2]) / 2
        left, right = points(np.column_stack([b[:, 0], mid_y])), points(np.column_stack([b[:, 2], mid_y]))
        top, bottom = points(np.column_stack([mid_x, b[:, 1]])), points(np.column_stack([mid_x, b[:, 3]]))
        ends = np.stack([left, right, top, bottom])
        return list(map(tuple, np.column_stack([ends[..., 0].min(0), ends[..., 1].min(0), ends[..., 0].max(0), ends[..., 1].max(0)])))

    words = [replace(word, box=box) for word, box in zip(labels.words, boxes([x.box for x in labels.words]))]
    regions = [(name, box) for (name, _), box in zip(labels.regions, boxes([box for _, box in labels.regions]))]
    letters = []
    if labels.letters:
        at = points(np.array([(x, y) for _, x, y, _, _ in labels.letters]))
        letters = [(i, *xy, lw, lh) for (i, _, _, lw, lh), xy in zip(labels.letters, at)]
    return image, Labels(words, letters, regions)


def _homography(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    rows = []
    for (x, y), (u, v) in zip(a, b):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows), b.ravel()), 1).reshape(3, 3)


def scan(image: Image.Image, rng: random.Random, strength: float = 1.0) -> Image.Image:
    """Blur, uneven light, loss of contrast, noise and JPEG, each some of the time."""
    noise = np.random.RandomState(rng.getrandbits(32))
    if rng.random() < 0.15 + 0.35 * strength:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.45 + 0.35 * strength)))
    if rng.random() < 0.2 + 0.5 * strength:
        a = np.asarray(image).astype(np.float32)
        if rng.random() < 0.5:  # a shadow across the page
            h, w = a.shape[:2]
            fall = np.linspace(rng.uniform(0.6, 1), 1, w)[None] * np.linspace(1, rng.uniform(0.75, 1), h)[:, None]
            a *= (fall if rng.random() < 0.5 else fall[::-1, ::-1])[..., None]
        low, high = rng.uniform(0, 50) * strength, 255 - rng.uniform(0, 35) * strength
        a = low + a * (high - low) / 255
        a += noise.normal(0, rng.uniform(1, 4 + 5 * strength), a.shape[:2] + (rng.choice([1, 3]),))
        image = Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))
    if rng.random() < 0.15 + 0.5 * strength:
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=rng.randint(35, 92))
        image = Image.open(packed).convert("RGB")
    if rng.random() < 0.1 * strength:
        image = image.convert("L").convert("RGB")
    return image
