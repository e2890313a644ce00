"""How print becomes words: the Python twin of the tokenizer's normaliser and pre-tokenizer.

A word is a run of a-z and 0-9, joined by . , ' & inside and ended by an optional %; accents are dropped (`é` is `e`)
and letters that do not decompose are spelled out (`ß` is `ss`). Both sides of the model see only these words.
"""

import functools
import re
import unicodedata

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,'&%"
REPLACED = {"\u2019": "'", "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o",
            "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i"}
PATTERN = r"[a-z0-9]+(?:[.,'&][a-z0-9]+)*%?"
WORD = re.compile(PATTERN)


@functools.cache
def _plain(c: str) -> str:
    text = unicodedata.normalize("NFKD", REPLACED.get(c, c))
    return "".join(x for x in text if not unicodedata.combining(x)).lower()


def normalize(text: str) -> str:
    """Lower case, without accents, ligatures and odd letters spelled out."""
    return "".join(map(_plain, text))


def words_of(text: str) -> list[str]:
    return WORD.findall(normalize(text))


def spans_of(text: str) -> list[tuple[str, int, int]]:
    """Words of `text` with the half-open range of its own characters that each one covers."""
    letters, at = [], []
    for i, c in enumerate(text):
        for n in normalize(c):
            letters.append(n)
            at.append(i)
    return [(m.group(), at[m.start()], at[m.end() - 1] + 1) for m in WORD.finditer("".join(letters))]


class Segmenter:
    """WordPiece by longest match; `chance` cuts words into shorter pieces at random, so that every piece is learned."""

    def __init__(self, vocabulary: dict[str, int]):
        self.vocabulary = vocabulary
        self.known: dict[str, list[int]] = {}

    def __call__(self, word: str, rng=None, chance: float = 0.0) -> list[int]:
        random_cuts = rng is not None and chance > 0
        if not random_cuts and word in self.known:
            return self.known[word]
        pieces, i = [], 0
        while i < len(word):
            end = min(len(word), i + 14)
            if random_cuts and rng.random() < chance:
                end = min(end, i + rng.randint(2, 5))
            prefix = "##" if i else ""
            while end > i and prefix + word[i:end] not in self.vocabulary:
                end -= 1
            if end == i:
                pieces = [self.vocabulary["[UNK]"]]
                break
            pieces.append(self.vocabulary[prefix + word[i:end]])
            i = end
        if not random_cuts and len(self.known) < 200_000:
            self.known[word] = pieces
        return pieces
