"""The evaluation sets. `first` is the set the first version was reported on; `test` and the languages are real documents, too;
`dev` may be looked at while the model is made, all others only judge it. No real page is ever trained on.

    python -m mini.sets               make every set that is not there yet
"""

import functools
import hashlib
import pickle
import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from . import words
from .degrade import scan, warp
from .canvas import Labels, Word
from .documents import Page, pdf_page
from .page import Printer
from .paths import SETS, SOURCES

DOC = "usr/share/doc/"
SIL = DOC + "fonts-sil-gentiumplus/documentation/pdf/"
REFERENCE = "usr/share/debian-reference/debian-reference.{}.pdf"
REAL = {
    "first": {DOC + "bash/bash.pdf": [3, 20, 50, 80], DOC + "bash/bashref.pdf": [9, 60, 120, 180], DOC + "zlib1g-dev/crc-doc.1.0.pdf.gz": [1, 5, 9, 14, 20, 26],
              SIL + "design.pdf.gz": [1], SIL + "faq.pdf.gz": [1], DOC + "fontconfig/fontconfig-user.pdf.gz": [2, 6, 11],
              DOC + "gnuplot/gnuplot.pdf": [20, 62, 75, 100, 150, 220], DOC + "libtasn1-doc/libtasn1.pdf": [5, 12, 25],
              DOC + "nettle-dev/nettle.pdf.gz": [8, 30, 60, 95]},
    "test": {DOC + "gnutls-doc/gnutls.pdf": [20, 60, 120, 200, 300], DOC + "asymptote/asymptote.pdf": [10, 40, 80, 120], DOC + "xfig/xfig_ref_en.pdf": [5, 12],
             DOC + "xfig/xfig-howto.pdf": [3, 9], DOC + "python-reportlab-doc/reportlab-userguide.pdf": [12, 40, 60, 90], DOC + "gri/gri.pdf.gz": [20, 60, 110],
             DOC + "why3-doc-pdf/manual.pdf": [15, 40, 80], DOC + "c++-annotations/cplusplus.pdf": [50, 200, 500], DOC + "debian-policy/fhs/fhs-3.0.pdf.gz": [8, 20, 35],
             SIL + "features.pdf.gz": [2, 8], SIL + "history.pdf.gz": [2]},
    "dev": {DOC + "r-doc-pdf/manual/R-intro.pdf": [10, 30, 60], DOC + "r-doc-pdf/manual/R-exts.pdf": [20, 80, 140], DOC + "r-doc-pdf/manual/refman.pdf": [100, 500, 900, 1500],
            DOC + "debian-policy/policy.pdf.gz": [10, 40, 80, 120], DOC + "gmsh-doc/gmsh.pdf.gz": [20, 80, 150, 250], DOC + "asymptote/CAD.pdf": [3, 6],
            DOC + "r-doc-pdf/manual/R-lang.pdf": [8, 30]},
    "columns": {DOC + "debian-refcard/refcard-en-a4.pdf.gz": [1, 2], DOC + "debian-refcard/refcard-en-lt.pdf.gz": [1, 2], DOC + "asymptote/asyRefCard.pdf": [1, 2]},
    "French": {REFERENCE.format("fr"): [40, 90, 140, 200], DOC + "maint-guide-fr/maint-guide.fr.pdf": [10, 40], DOC + "debian/FAQ/debian-faq.fr.pdf.gz": [20, 50]},
    "German": {REFERENCE.format("de"): [40, 90, 140, 200], "usr/share/developers-reference/de/developers-reference.pdf": [15, 30, 50, 70]},
    "Spanish": {REFERENCE.format("es"): [40, 65, 90, 115, 140, 170, 200]}, "Portuguese": {REFERENCE.format("pt"): [40, 65, 90, 115, 140, 170, 200]},
    "Italian": {REFERENCE.format("it"): [40, 65, 90, 115, 140, 170, 200]},
}
# printed by the generator with the held-out fonts and any word: name -> (pages, kind, damage)
PRINTED = {"synthetic": (60, None, None), "forms": (12, "form", 0.0), "papers": (12, "paper", 0.0), "slides": (16, "slide", 0.0),
           "dark": (12, None, 0.0), "concepts": (60, "report", 0.3)}
# real pages of `test`, scanned and photographed by a program: name -> (strength, warped)
DAMAGED = {"scans": (0.7, True), "photographs": (1.6, True)}


@functools.cache
def edition() -> str:
    """Changes with the programs that draw and damage pages: sets drawn by an older generator are not used again."""
    here = Path(__file__).parent
    drawn = b"".join((here / f"{m}.py").read_bytes() for m in ("spelling", "words", "fonts", "canvas", "blocks", "figures", "colours", "degrade", "page"))
    return hashlib.sha256(drawn).hexdigest()[:8]


def load(name: str) -> list[Page]:
    path = SETS / (f"{name}.pickle" if name in REAL else f"{name}-{edition()}.pickle")
    if not path.exists():
        SETS.mkdir(parents=True, exist_ok=True)
        pages = _real(name) if name in REAL else _printed(name) if name in PRINTED else _damaged(name)
        path.write_bytes(pickle.dumps(pages))
    return pickle.loads(path.read_bytes())


def _real(name: str) -> list[Page]:
    pages = [pdf_page(SOURCES / file, n) for file, numbers in REAL[name].items() for n in numbers]
    return [p for p in pages if len(p.words) > 20]


def _printed(name: str) -> list[Page]:
    count, kind, damage = PRINTED[name]
    rng = random.Random(f"evaluation {name}")
    vocabulary, printer, pages = words.Vocabulary(rng, training=False), Printer(held_out_fonts=True), []
    while len(pages) < count:
        s = printer(rng, vocabulary, 896, kind, damage)
        if name != "dark" or s.dark:
            pages.append(Page(f"{name}:{len(pages)}", s.pixels, [(w.text, w.box, w.size) for w in s.labels.words], s.labels.regions, s.colours))
    return pages


def _damaged(name: str) -> list[Page]:
    strength, warped = DAMAGED[name]
    rng, pages = random.Random(f"evaluation {name}"), []
    for p in load("test"):
        image, labels = Image.fromarray(p.pixels), Labels([Word(w, b, s) for w, b, s in p.words])
        if warped:
            image, labels = warp(image, labels, (120, 110, 100) if strength > 1 else (255, 255, 255), rng, strength)
        image = scan(image, rng, min(1.0, strength))
        pages.append(Page(p.name, np.asarray(image), [(w.text, w.box, w.size) for w in labels.words]))
    return pages


if __name__ == "__main__":
    for name in sys.argv[1:] or [*REAL, *PRINTED, *DAMAGED]:
        pages = load(name)
        print(name, len(pages), "pages,", sum(len(p.words) for p in pages), "words")
