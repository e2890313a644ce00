"""Writes the tables of the model card between its markers: from the JSON of `mini.evaluate`, the index of `mini.pictures`, the
earlier version's figures for comparison and, where they were measured, those of the 8-bit copy.

    python -m mini.card figures.json --before figures-before.json --int8 figures-int8.json
"""

import argparse
import json
from pathlib import Path

from .paths import MODEL, REPOSITORY

BEGIN, END = "<!-- figures: made by training/mini/card.py -->", "<!-- end of figures -->"
PICTURES = REPOSITORY / "docs" / "mini"
MAIN = {"first": "31 real pages", "test": "32 real pages of other documents", "dev": "19 real pages looked at while making it", "synthetic": "60 drawn pages, held-out fonts"}
KINDS = {"scans": "the 32 real pages as scans: skew, blur, noise, JPEG", "photographs": "the 32 real pages as photographs: perspective, shadow, noise, JPEG",
         "columns": "reference cards in two and three columns, real", "French": "French, real", "German": "German, real", "Spanish": "Spanish, real", "Portuguese": "Portuguese, real",
         "Italian": "Italian, real", "forms": "forms, drawn", "papers": "two-column papers, drawn", "slides": "slides, drawn", "dark": "dark pages, drawn"}
SIZES = ("<= 10 pt", "11-14 pt", "15-24 pt", "> 24 pt")


def number(value: float) -> str:
    """Three decimals without the leading zero; a 1 as it is."""
    return f"{value:.3f}".removeprefix("0")


def share(key: str):
    return lambda f: f"{number(f[key]['value'])} (n {f[key]['n']:,})" if f.get(key, {}).get("n") else "–"


ROWS = {
    "pointing": share("pointing"), "its chance": lambda f: number(f["pointing"]["chance"]), **{f"pointing, {s.replace('<=', 'up to').replace('>', 'above')}": share(s) for s in SIZES},
    "words with digits": share("with digits"), "held-out words": share("held-out words"), "concept words": share("concepts"), "colour words": share("colours"),
    "contrast": lambda f: number(f["contrast"]["value"]), "best cosine: word on the page, absent word": lambda f: f"{f['presence']['there']:.2f}, {f['presence']['absent']:.2f}",
    "page tinted by an absent word": lambda f: f"{100 * f['presence']['tinted']:.3f} %", "AUC present against absent (chance .5)": lambda f: f"{f['presence']['auc']:.4f}".removeprefix("0"),
    "recall at 5 % false alarms (cosine above)": lambda f: "{} ({:.2f})".format(number(f["presence"]["at_5_percent_alarms"]["recall"]), f["presence"]["at_5_percent_alarms"]["threshold"]),
    "calibration error of \"is this word on this page\"": lambda f: number(f["presence"]["calibration"]["error"]),
    "nDCG@5, 1 word": lambda f: number(f["retrieval 1"]["ndcg5"]), "nDCG@5, 3 words": lambda f: number(f["retrieval 3"]["ndcg5"]),
}


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)]


def figures(new: dict, before: dict) -> list[str]:
    names = [n for n in MAIN if n in new]
    def cell(form, name):
        now = form(new[name])
        return f"{form(before[name]).split(' (n')[0]} → **{now}**" if name in before and now != "–" else now
    rows = ([title, *(cell(form, n) for n in names)] for title, form in ROWS.items())
    return table(["", *(MAIN[n] for n in names)], [row for row in rows if set(row[1:]) != {"–"}])


def spread(new: dict) -> str:
    one = lambda d: f"{number(d['mean'])} ± {number(d['deviation'])}"
    parts = [f"{MAIN[n]}: " + ", ".join(f"{k.replace('retrieval 1', 'nDCG@5 of 1 word').replace('retrieval 3', 'of 3')} {one(d)}" for k, d in new[n]["spread"].items() if d["deviation"] is not None)
             for n in ("first", "test") if n in new]
    return "Spread, mean and standard deviation over five draws of the queried words (the tables show the first draw): " + "; ".join(parts) + "."


def kinds(new: dict, index: dict) -> list[str]:
    rows = []
    for name in (n for n in KINDS if n in new):
        f, shown = new[name], f"[picture](../../docs/mini/{name.lower()}.webp)" if name.lower() in index else "–"
        rows.append([KINDS[name], f"{f['pages']}, {f['pointing']['n']}", number(f["pointing"]["chance"]), f"**{number(f['pointing']['value'])}**", share("with digits")(f), share("held-out words")(f),
                     number(f["contrast"]["value"]), f"{f['presence']['auc']:.3f}".removeprefix("0"), shown])
    return table(["pages", "pages, words", "chance", "pointing", "with digits", "held-out words", "contrast", "AUC", ""], rows)


def things(f: dict) -> list[str]:
    each = f["things"]
    words = ", ".join(f"{k} {number(v['value'])} of {v['n']} (chance {number(v['chance'])})" for k, v in each.items())
    return [f"Concept words on {f['pages']} drawn reports, held-out fonts: **{number(f['concepts']['value'])}** (chance {number(f['concepts']['chance'])}: charts and tables are large; n {f['concepts']['n']}). "
            f"Colour words: **{number(f['colours']['value'])}** (chance {number(f['colours']['chance'])}, n {f['colours']['n']}). [Picture](../../docs/mini/things.webp)", "", "By word: " + words + "."]


def smaller(f: dict, int8: dict | None) -> list[str]:
    row = lambda title, vectors, g: [title, f"{vectors:,.0f}", number(g["pointing"]["value"]), number(g["retrieval 1"]["ndcg5"]), number(g["retrieval 3"]["ndcg5"])]
    rows = [row("as it is", 4096, f)] + [row(k, c["vectors"], c) for k, c in f["coarser"].items()]
    if int8:
        rows.append(row("8-bit convolutions (`mini.quantize`)", 4096, int8))
    return table(["on the 31 real pages", "vectors a page", "pointing", "nDCG@5, 1 word", "3 words"], rows)


def pictures(index: dict) -> list[str]:
    said = lambda t: f"{t['query']}: {t['result']}, best {t['best']:.2f}"
    line = lambda name: f"![{tiles[0]['page']}: {'; '.join(map(said, tiles))}](../../docs/mini/{name}.webp)" if (tiles := index.get(name)) else ""
    shown = [t for n, tiles in index.items() if n.startswith("page-") for t in tiles if t["result"] != "not on this page"]
    hits = sum(t["result"] == "hit" for t in shown)
    lines = [f"Ten pages of the 32, each with two words of the page and one that is not on it, drawn by lot: {hits} of {len(shown)} found. Blue: the word's boxes; black: the best cell, enlarged below.", ""]
    return lines + [text for n in index if n.startswith("page-") for text in (line(n), "")] + ["Misses on the same 32 pages, drawn by lot:", ""] + [t for n in index if n.startswith("misses") for t in (line(n), "")]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("figures", type=Path)
    p.add_argument("--before", type=Path, help="figures of the version before")
    p.add_argument("--int8", type=Path, help="figures of mini.quantize's folder on the set `first`")
    args = p.parse_args()
    read = lambda path: json.loads(path.read_text()) if path else {}
    new, index = read(args.figures), read(PICTURES / "index.json")
    parts = [(["Where there are two: the version before → **this one**.", ""] if args.before else []) + figures(new, read(args.before)), [spread(new)], ["### Kinds of pages", "", *kinds(new, index)], things(new["concepts"]),
             ["### Fewer or smaller vectors", "", *smaller(new["first"], read(args.int8).get("first"))], ["### Pictures", "", *pictures(index)]]
    card = MODEL / "README.md"
    before, rest = card.read_text().split(BEGIN)
    card.write_text(before + BEGIN + "\n" + "\n\n".join("\n".join(part).rstrip() for part in parts) + "\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
