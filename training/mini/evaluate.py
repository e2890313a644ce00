"""Judges a model folder on the evaluation sets, or on any PDF with a text layer.

    python -m mini.evaluate --model ../models/mini --out figures.json            every set
    python -m mini.evaluate --model ../models/mini --sets dev
    python -m mini.evaluate --model ../models/mini paper.pdf slides.pdf          your own documents
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from . import measures, sets
from .documents import Page, page_count, pdf_page
from .embedder import Embedder
from .paths import MODEL
from .words import COLOURS


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("pdfs", nargs="*", type=Path)
    p.add_argument("--model", type=Path, default=MODEL)
    p.add_argument("--sets", nargs="*", default=[*sets.REAL, *sets.PRINTED, *sets.DAMAGED])
    p.add_argument("--pages", type=int, default=12, help="most pages taken of each PDF given")
    p.add_argument("--out", type=Path, help="also write the figures as JSON")
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    model, figures = Embedder(args.model, args.threads), {}
    groups = {pdf.name: _pages(pdf, args.pages) for pdf in args.pdfs} if args.pdfs else {name: None for name in args.sets}
    for name, pages in groups.items():
        figures[name] = judge(model, pages or sets.load(name), name)
        print(report(name, figures[name]), flush=True)
        if args.out:
            args.out.write_text(json.dumps(figures, indent=1))


def _pages(pdf: Path, most: int) -> list[Page]:
    numbers = np.unique(np.linspace(1, page_count(pdf), most).astype(int))
    pages = [page for n in numbers if len((page := pdf_page(pdf, int(n))).words) > 20]
    if not pages:
        raise ValueError(f"invalid document {pdf}: no page with 20 words in its text layer, expected a PDF with text")
    return pages


def judge(model: Embedder, pages: list[Page], name: str = "") -> dict:
    began = time.time()
    vectors = [model.page(p.pixels) for p in pages]
    seconds = (time.time() - began) / len(pages)
    records = measures.pointing(model, pages, vectors)
    out = dict(pages=len(pages), seconds_a_page=seconds, pointing=measures.rate(records), contrast=measures.rate(records, "contrast"), best=measures.rate(records, "best"))
    for size, (low, high) in measures.SIZES.items():
        out[size] = measures.rate([r for r in records if low <= r["size"] < high])
    out["held-out words"] = measures.rate([r for r in records if r["held_out"]])
    out["with digits"] = measures.rate([r for r in records if r["digits"]])
    out["presence"] = measures.presence(model, pages, vectors)
    for n in (1, 3):
        out[f"retrieval {n}"] = measures.retrieval(model, pages, vectors, n)
    if any(p.regions for p in pages):
        each = measures.things(model, pages, vectors)
        out["things"] = each
        for title, chosen in (("concepts", [v for k, v in each.items() if k not in COLOURS]), ("colours", [v for k, v in each.items() if k in COLOURS])):
            n = sum(v["n"] for v in chosen)
            out[title] = dict(n=n, **{key: sum(v[key] * v["n"] for v in chosen) / n for key in ("value", "chance")}) if n else dict(n=0, value=None, chance=None)
    out["spread"] = spread(model, pages, vectors)
    if name in ("first", "synthetic"):
        out["coarser"] = coarser(model, pages, vectors)
    return out


def spread(model: Embedder, pages: list[Page], vectors: list[np.ndarray], draws: int = 5) -> dict:
    """Mean and standard deviation over draws of other query words on the same pages: how far a figure is luck. The first draw
    is the one reported elsewhere."""
    drawn: dict[str, list[float]] = {}
    for i in range(draws):
        records = measures.pointing(model, pages, vectors, seed=5 + i)
        figures = {"pointing": measures.rate(records), "with digits": measures.rate([r for r in records if r["digits"]]), "held-out words": measures.rate([r for r in records if r["held_out"]])}
        figures |= {f"retrieval {n}": dict(value=measures.retrieval(model, pages, vectors, n, seed=3 + i)["ndcg5"]) for n in (1, 3)}
        for key, figure in figures.items():
            if figure["value"] is not None:
                drawn.setdefault(key, []).append(figure["value"])
    return {key: dict(draws=len(v), mean=float(np.mean(v)), deviation=float(np.std(v, ddof=1)) if len(v) > 1 else None) for key, v in drawn.items()}


def coarser(model: Embedder, pages: list[Page], vectors: list[np.ndarray]) -> dict:
    """What fewer or smaller vectors cost: 8-bit numbers, like neighbours of a row merged, 2 x 2 and 4 x 4 cells averaged. `vectors`
    in the result is how many are left of a page, in the mean."""
    ways = {"8-bit numbers": lambda v: (np.round(v * 127) / 127, len(v)), "like neighbours merged, cosine .95": lambda v: merged(v, 0.95),
            "like neighbours merged, cosine .8": lambda v: merged(v, 0.8), "2 x 2 cells averaged": lambda v: averaged(v, 2), "4 x 4 cells averaged": lambda v: averaged(v, 4)}
    out = {}
    for title, way in ways.items():
        changed, left = zip(*map(way, vectors))
        out[title] = dict(vectors=float(np.mean(left)), pointing=measures.rate(measures.pointing(model, pages, changed)),
                          **{f"retrieval {n}": measures.retrieval(model, pages, changed, n) for n in (1, 3)})
    return out


def averaged(v: np.ndarray, k: int) -> tuple[np.ndarray, int]:
    """[cells, d] -> unit means of k x k cells, and how many they are."""
    side = int(len(v) ** 0.5)
    means = v.reshape(side // k, k, side // k, k, -1).mean((1, 3)).reshape((side // k) ** 2, -1)
    return means / np.linalg.norm(means, axis=1, keepdims=True), len(means)


def merged(v: np.ndarray, alike: float) -> tuple[np.ndarray, int]:
    """Every cell of a row that is `alike` (cosine) to the first of its run joins the run and is replaced by the run's unit mean.
    The grid stays, so that maps and MaxSim are those of the runs; the second value is their number."""
    side = int(len(v) ** 0.5)
    rows, run, head = v.reshape(side, side, -1), np.zeros((side, side), int), v.reshape(side, side, -1)[:, 0].copy()
    run[:, 0] = np.arange(side) * side
    for c in range(1, side):
        joins = (rows[:, c] * head).sum(-1) >= alike
        run[:, c] = np.where(joins, run[:, c - 1], np.arange(side) * side + c)
        head[~joins] = rows[~joins, c]
    kept, index = np.unique(run.ravel(), return_inverse=True)
    means = np.zeros((len(kept), v.shape[1]), v.dtype)
    np.add.at(means, index, v)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return means[index], len(kept)


def report(name: str, f: dict) -> str:
    lines = [f"{name}: {f['pages']} pages, {f['seconds_a_page']:.2f} s each"]
    row = lambda title, r, note="": f"  {title:22s} {r['value']:.3f}  chance {r['chance']:.4f}  n {r['n']}{note}" if r["n"] else f"  {title:22s} none"
    lines += [row(k, f[k]) for k in ("pointing", *measures.SIZES, "held-out words", "with digits", "concepts", "colours") if k in f]
    p = f["presence"]
    lines += [f"  contrast {f['contrast']['value']:.3f}, best cosine on the word {f['best']['value']:.3f}",
              f"  present against absent  AUC {p['auc']:.4f}, recall at 5 % false alarms {p['at_5_percent_alarms']['recall']:.3f} (above {p['at_5_percent_alarms']['threshold']:.2f}), best cosine there {p['there']:.2f} absent {p['absent']:.2f}, tinted {p['tinted']:.5f}, calibration error {p['calibration']['error']:.3f}",
              "  " + ", ".join(f"retrieval of {n} word(s) nDCG@5 {f[f'retrieval {n}']['ndcg5']:.3f} (n {f[f'retrieval {n}']['n']})" for n in (1, 3))]
    lines.append("  over draws of words: " + ", ".join(f"{k} {v['mean']:.3f} +- {v['deviation']:.3f}" for k, v in f["spread"].items() if v["deviation"] is not None))
    if "things" in f:
        lines.append("  " + ", ".join(f"{k} {v['value']:.2f}/{v['n']}" for k, v in f["things"].items()))
    for title, c in f.get("coarser", {}).items():
        lines.append(f"  {title} ({c['vectors']:.0f} vectors): pointing {c['pointing']['value']:.3f}, nDCG@5 {c['retrieval 1']['ndcg5']:.3f} and {c['retrieval 3']['ndcg5']:.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
