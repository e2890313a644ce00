"""Writes the tables of the model card between its markers, from the JSON of `mini.evaluate` for the first version and this one.

    python -m mini.card figures-first-version.json figures.json
"""

import json
import sys
from pathlib import Path

from .paths import MODEL
from .sets import DAMAGED, PRINTED, REAL

BEGIN, END = "<!-- figures: made by training/mini/card.py -->", "<!-- end of figures -->"
TITLES = {"first": "real PDFs, the first version's 31 pages", "test": "real PDFs, other documents", "columns": "real, two and three columns", "synthetic": "synthetic, held-out fonts",
          "forms": "forms (synthetic)", "papers": "two-column papers (synthetic)", "slides": "slides (synthetic)", "dark": "dark pages (synthetic)",
          "concepts": "reports with figures (synthetic)", "scans": "real PDFs as scans", "photographs": "real PDFs as photographs", "dev": "real PDFs looked at while making it"}


def pair(old: dict | None, new: dict | None, form) -> str:
    return " / ".join(form(f) if f else "-" for f in (old, new))


def share(key: str):
    return lambda f: f"{f[key]['value']:.3f}" if f.get(key) and f[key]["n"] else "-"


def tables(old: dict, new: dict) -> str:
    names = [n for n in (*REAL, *PRINTED, *DAMAGED) if n in new]
    lines = ["Each cell: first version / this one.", "", "| set | pages, words | chance | pointing | with digits | held-out words | contrast |", "|---|---|---|---|---|---|---|"]
    for name in names:
        a, b = old.get(name), new[name]
        lines.append(f"| {TITLES.get(name, name + ', real')} | {b['pages']}, {b['pointing']['n']} | {b['pointing']['chance']:.4f} | "
                     + " | ".join(pair(a, b, share(k)) for k in ("pointing", "with digits", "held-out words", "contrast")) + " |")
    lines += ["", "| set | AUC present against absent | recall at 5 % false alarms | page tinted by an absent word | nDCG@5, 1 word | nDCG@5, 3 words |", "|---|---|---|---|---|---|"]
    forms = [lambda f: f"{f['presence']['auc']:.4f}", lambda f: f"{f['presence']['at_5_percent_alarms']['recall']:.3f}", lambda f: f"{100 * f['presence']['tinted']:.2f} %",
             lambda f: f"{f['retrieval 1']['ndcg5']:.3f}", lambda f: f"{f['retrieval 3']['ndcg5']:.3f}"]
    for name in names:
        lines.append(f"| {TITLES.get(name, name + ', real')} | " + " | ".join(pair(old.get(name), new[name], form) for form in forms) + " |")
    for name in ("first", "synthetic"):
        if name in new:
            a, b = old.get(name), new[name]
            lines += ["", f"By type size, {TITLES[name]}: " + ", ".join(f"{k} {pair(a, b, share(k))} (n {b[k]['n']})" for k in ("<= 10 pt", "11-14 pt", "15-24 pt", "> 24 pt") if b[k]["n"]) + "."]
        if "coarser" in new.get(name, {}):
            lines += ["Fewer or smaller vectors: " + "; ".join(f"{k}: pointing {c['pointing']['value']:.3f}, nDCG@5 {c['retrieval 1']['ndcg5']:.3f} and {c['retrieval 3']['ndcg5']:.3f}"
                                                               for k, c in new[name]["coarser"].items()) + "."]
    if "concepts" in new:
        a, b = old.get("concepts"), new["concepts"]
        for key in ("concepts", "colours"):
            lines += ["", f"{key.capitalize()} on synthetic reports: {pair(a, b, share(key))} (chance {b[key]['chance']:.3f}, n {b[key]['n']})."]
        lines += ["By word (this one): " + ", ".join(f"{k} {v['value']:.2f} of {v['n']}" for k, v in b["things"].items()) + "."]
    return "\n".join(lines)


def main() -> None:
    old, new = (json.loads(Path(p).read_text()) for p in sys.argv[1:3])
    card = MODEL / "README.md"
    before, rest = card.read_text().split(BEGIN)
    card.write_text(before + BEGIN + "\n" + tables(old, new) + "\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
