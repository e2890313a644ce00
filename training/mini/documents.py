"""Debian packages the training draws on (fonts, word lists) and is judged by (documents), each pinned by version and hash,
and the reader that turns any PDF with a text layer into pages with word boxes.

    python -m mini.documents          fetch and unpack what sources.tsv lists
"""

import gzip
import hashlib
import html
import math
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from .paths import SOURCES, WORK
from .spelling import spans_of

LIST = Path(__file__).with_name("sources.tsv")
SIDE = 896
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


@dataclass
class Page:
    """pixels uint8 [896,896,3], squashed as the model wants it; words as (word, box, type size), in its pixels; regions as
    (name, box); colours as name -> int8 cells [64,64]."""

    name: str
    pixels: np.ndarray
    words: list[tuple[str, tuple[float, float, float, float], float]]
    regions: list[tuple[str, tuple[float, float, float, float]]] = field(default_factory=list)
    colours: dict[str, np.ndarray] = field(default_factory=dict)


def fetch() -> None:
    """Downloads and unpacks every listed package that is not there yet. Needs apt-get and dpkg-deb, not root."""
    debs = WORK / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    for line in LIST.read_text().splitlines():
        name, version, digest = line.split("\t")
        found = [f for f in debs.glob(f"{name}_*.deb") if hashlib.sha256(f.read_bytes()).hexdigest() == digest]
        if not found:
            subprocess.run(["apt-get", "download", f"{name}={version}"], cwd=debs, check=True)
            found = [f for f in debs.glob(f"{name}_*.deb") if hashlib.sha256(f.read_bytes()).hexdigest() == digest]
        if not found:
            raise ValueError(f"invalid package {name}: no file with sha256 {digest}, expected version {version}")
        subprocess.run(["dpkg-deb", "-x", found[0], SOURCES], check=True)


def pin() -> None:
    """Writes sources.tsv from the packages at hand."""
    lines = []
    for deb in sorted((WORK / "debs").glob("*.deb")):
        name, version = subprocess.run(["dpkg-deb", "-f", deb, "Package", "Version"], capture_output=True, text=True, check=True).stdout.split("\n")[:2]
        lines.append("\t".join((name.removeprefix("Package: "), version.removeprefix("Version: "), hashlib.sha256(deb.read_bytes()).hexdigest())))
    LIST.write_text("\n".join(lines) + "\n")


def pdf_page(path: Path, number: int, name: str | None = None) -> Page:
    """Page `number` (from 1) of a PDF, plain or gzipped, with the words of its text layer."""
    if path.suffix == ".gz":
        with tempfile.NamedTemporaryFile(suffix=".pdf") as plain:
            plain.write(gzip.decompress(path.read_bytes()))
            plain.flush()
            return pdf_page(Path(plain.name), number, name or f"{path.name.split('.')[0]}:{number}")
    at = ["-f", str(number), "-l", str(number)]
    text = subprocess.run(["pdftotext", "-bbox", *at, path, "-"], capture_output=True, text=True, check=True).stdout
    size = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', text)
    if not size:
        raise ValueError(f"invalid page {number} of {path.name}: no such page")
    sx, sy = SIDE / float(size[1]), SIDE / float(size[2])
    words = []
    for match in WORD.finditer(text):
        x0, y0, x1, y1 = map(float, match.groups()[:4])
        printed = html.unescape(match[5])
        for word, first, last in spans_of(printed):
            left, right = (x0 + (x1 - x0) * i / len(printed) for i in (first, last))
            words.append((word, (left * sx, y0 * sy, right * sx, y1 * sy), (y1 - y0) / 1.12 * math.sqrt(sx * sy)))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", "150", *at, "-singlefile", "-png", path, f"{folder}/page"], check=True, stderr=subprocess.DEVNULL)
        image = Image.open(f"{folder}/page.png").convert("RGB").resize((SIDE, SIDE), Image.BICUBIC)
    return Page(name or f"{path.stem}:{number}", np.asarray(image), words)


def page_count(path: Path) -> int:
    return int(re.search(r"Pages:\s+(\d+)", subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout)[1])


if __name__ == "__main__":
    pin() if "--pin" in sys.argv else fetch()
