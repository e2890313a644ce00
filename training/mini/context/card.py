"""Writes the tables of mini-context's card between its markers: from the JSON of `mini.context.judge`, and of `mini.evaluate` for it and for the
model whose trunk it reads with.

    python -m mini.context.card context.json figures-context.json figures.json
"""

import argparse
import json
from pathlib import Path

from ..card import BEGIN, END, KINDS, MAIN, ROWS, number, table
from ..paths import REPOSITORY

CARD = REPOSITORY / "models" / "mini" / "CONTEXT.md"
SETS = {"test": "drawn, held-out fonts and words", "real": "real"}
WHERE = ("value", "same row", "same column", "row header", "column header", "other value", "elsewhere")


def found(judged: dict) -> list[str]:
    """Row and column asked for together, beside what finds values without context."""
    lines = [(f"value found: {name}", f"crossing, {name}") for name in ("table", "table, one-word headers", "table, held-out words", "table, rows below 14 px", "chart")]
    lines += [("the same, chance of a value", "chance of a value, table"), ("the same, `mini`", "before, table"), ("row and column of the best cells of `mini`, crossed", "row and column crossed, exact, table"),
              ("the same, or a cell beside", "row and column crossed, or beside, table"), ("label of a form's value", "label"), ("its chance", "chance of a label"), ("the same, `mini`", "label, before")]
    return rows(judged, lines)


def attention(judged: dict) -> list[str]:
    heads = ("left along the line", "up the column", "down it")
    lines = [("share on the two headers' words: heads that look left and up", "attention on headers, table"), *((f"head {h}, looks {way}", f"attention on headers, table, head {h}") for h, way in enumerate(heads)),
             ("area of those words", "its area, table"), ("covering a header lowers the value's cosine with it", "occlusion agrees"), ("covering another header does", "occlusion of another header"),
             ("mean fall of the cosine", "fall of the cosine"), ("cosine with the header of the row", "cosine with its row header, table"), ("of the column", "cosine with its column header, table"),
             ("with its own word, `mini`", "cosine with its own word, before"), ("with its own word", "cosine with its own word")]
    return rows(judged, lines)


def cost(judged: dict) -> list[str]:
    lines = [(f"{name}{whose}", f"pointing{before}{key}") for name, key in (("pointing", ""), ("words of headers", ", header words"), ("words of values", ", value words"), ("other words", ", other words"))
             for whose, before in ((", `mini`", ", before"), ("", ""))]
    lines += [(f"cells tinted besides a header's word{whose}", f"cells tinted besides the word, pointing{before}, header words") for whose, before in ((", `mini`", ", before"), ("", ""))]
    lines += [(f"page tinted by an absent word{whose}", f"absent{before}: page tinted") for whose, before in ((", `mini`", ", before"), ("", ""))]
    return rows(judged, [*lines, ("vectors outside of tables, forms and charts, cosine with `mini`'s", "kept outside of structures")])


def rows(judged: dict, lines: list[tuple[str, str]]) -> list[str]:
    sets = [name for name in SETS if name in judged]
    def cell(f: dict, key: str) -> str:
        if key not in f: return "–"
        value, n = f[key]["value"], f[key]["n"]
        return f"{100 * value:.3f} %" if "tinted" in key and "page" in key else f"{value:.1f}" if "tinted" in key else f"{number(value) if value < 0.9995 else '1.000'} (n {n:,})"
    body = [[title, *(cell(judged[name], key) for name in sets)] for title, key in lines]
    return table(["", *(SETS[name] for name in sets)], [row for row in body if set(row[1:]) != {"–"}])


def misses(judged: dict) -> str:
    share = lambda f, k: f.get(f"best cell at: {k}", {"value": 0})["value"]
    return "Where the best cell lies: " + "; ".join(f"{SETS[name]}: " + ", ".join(f"{k} {number(share(judged[name], k))}" for k in WHERE) for name in SETS if name in judged) + "."


def nothing_lost(new: dict, before: dict) -> list[str]:
    names = [n for n in (*MAIN, *KINDS) if n in new and n in before]
    short = {**MAIN, **KINDS}
    def cell(form, name):
        return f"{form(before[name]).split(' (n')[0]} → **{form(new[name]).split(' (n')[0]}**"
    wanted = ("pointing", "words with digits", "held-out words", "contrast", "page tinted by an absent word", "AUC present against absent (chance .5)", "nDCG@5, 1 word", "nDCG@5, 3 words")
    shown = lambda form, n: "–" if "–" in form(new[n]) else cell(form, n)
    return table(["`mini` → **mini-context**", *wanted], [[short[n], *(shown(ROWS[title], n) if _has(new[n], title) else "–" for title in wanted)] for n in names])


def _has(figures: dict, title: str) -> bool:
    try:
        ROWS[title](figures)
    except KeyError:
        return False
    return True


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("judged", "figures", "before"): p.add_argument(name, type=Path)
    args = p.parse_args()
    judged, new, before = (json.loads(path.read_text()) for path in (args.judged, args.figures, args.before))
    parts = [["### A value by its row and its column", "", *found(judged), "", misses(judged)], ["### Attention, and whether it matters", "", *attention(judged)],
             ["### What it costs on pages of tables, forms and charts", "", *cost(judged)], ["### On the pages of `mini`'s card", "", *nothing_lost(new, before)]]
    head, rest = CARD.read_text().split(BEGIN)
    CARD.write_text(head + BEGIN + "\n" + "\n\n".join("\n".join(part) for part in parts) + "\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
