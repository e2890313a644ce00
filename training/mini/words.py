"""What stands on a page: words of eight languages by frequency, rare dictionary words, numbers, codes, and the words
that name things seen (charts, colours, shapes). One word in ten is held out by a hash of its spelling and is never
drawn for training."""

import functools
import random
import zlib

import numpy as np

from .paths import SOURCES
from .spelling import WORD, words_of

CONCEPTS = {
    "bar": ["bar", "chart", "graph"], "pie": ["pie", "chart"], "line": ["line", "chart", "graph", "plot"],
    "table": ["table"], "photo": ["photo", "image", "picture"], "logo": ["logo"], "signature": ["signature"],
    "diagram": ["diagram", "flowchart"], "circle": ["circle"], "square": ["square"], "triangle": ["triangle"],
    "star": ["star"], "arrow": ["arrow"], "checkbox": ["checkbox"], "barcode": ["barcode"], "stamp": ["stamp"],
}
COLOURS = {
    "red": (208, 30, 36), "blue": (30, 80, 200), "green": (40, 150, 60), "yellow": (245, 215, 40),
    "orange": (243, 130, 25), "purple": (125, 50, 160), "pink": (240, 130, 180), "black": (15, 15, 15),
    "gray": (150, 150, 150), "brown": (120, 72, 35),
}
SEEN = {word for names in CONCEPTS.values() for word in names} | set(COLOURS)
LANGUAGES = {"en": 0.6, "fr": 0.08, "de": 0.08, "es": 0.08, "pt": 0.06, "it": 0.06, "nl": 0.02, "sv": 0.02}
DICTIONARY = {"en": "american-english", "fr": "french", "de": "ngerman", "es": "spanish", "pt": "portuguese", "it": "italian"}
HARD = "abcdefghijklmnopqrstuvwxyz"


@functools.cache
def frequent(language: str) -> tuple[list[str], np.ndarray]:
    """The 60,000 most frequent words, with the cumulative probability they are drawn by (frequency to the .75)."""
    from wordfreq import top_n_list, word_frequency

    words = [w for w in top_n_list(language, 60_000) if w.replace("'", "").replace("\u2019", "").isalpha()]
    p = np.minimum([word_frequency(w, language) for w in words], 0.01) ** 0.75
    return words, np.cumsum(p / p.sum())


@functools.cache
def dictionary(language: str) -> list[str]:
    name = DICTIONARY.get(language)
    if not name:
        return frequent(language)[0]
    text = (SOURCES / "usr/share/dict" / name).read_text(encoding="utf-8")
    return sorted({w for w in text.split() if len(w) > 1 and w.isalpha()})


@functools.cache
def commonest(n: int) -> frozenset[str]:
    return frozenset(w for w in frequent("en")[0][:n])


def held_out(word: str) -> bool:
    return len(word) >= 3 and zlib.crc32(word.encode()) % 10 == 0 and word not in SEEN and word not in commonest(300)


class Vocabulary:
    """A stream of printed words. With `training` no held-out word is ever drawn."""

    def __init__(self, rng: random.Random, training: bool = True):
        self.rng, self.training = rng, training
        self.language = "en"

    def choose_language(self) -> None:
        self.language = self.rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]

    def number(self) -> str:
        r = self.rng
        kind = r.random()
        if kind < 0.16: return str(r.randint(0, 99))
        if kind < 0.26: return str(r.randint(1900, 2035))
        if kind < 0.38: return f"{r.randint(1000, 9_999_999):,}"
        if kind < 0.48: return f"{r.uniform(0, 100):.{r.randint(1, 2)}f}%" if r.random() < 0.6 else f"{r.randint(1, 100)}%"
        if kind < 0.60: return r.choice(["$", "€", "£", ""]) + f"{r.uniform(0, 9999):,.{r.randint(0, 2)}f}"
        if kind < 0.66: return f"{r.uniform(0, 9999):.2f}".replace(".", ",") + r.choice(["", " €", "%"]).strip(" ")
        if kind < 0.73: return r.choice(["{d:02d}/{m:02d}/{y}", "{y}-{m:02d}-{d:02d}", "{d}.{m}.{y}"]).format(d=r.randint(1, 31), m=r.randint(1, 12), y=r.randint(1990, 2035))
        if kind < 0.84: return ".".join(str(r.randint(0, 30)) for _ in range(r.randint(2, 4)))
        if kind < 0.88: return f"{r.uniform(0, 10):.{r.randint(2, 6)}f}"
        return str(r.randint(100, 10 ** r.randint(3, 8)))

    def code(self) -> str:
        r = self.rng
        kind = r.random()
        if kind < 0.35:
            return "".join(r.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=r.randint(2, 5))) + r.choice(["-", "", ""]) + str(r.randint(1, 9999))
        if kind < 0.5: return "".join(r.choices("0123456789abcdef", k=r.randint(4, 10)))
        if kind < 0.65:
            part = lambda: r.choice([str.title, str.lower, str.lower])(r.choice(dictionary("en"))[: r.randint(3, 10)])
            return part() + r.choice("_../-") + part() + r.choice(["", "", part()])
        if kind < 0.7: return r.choice(dictionary("en"))[: r.randint(2, 6)] + str(r.randint(0, 99))
        if kind < 0.8: return "".join(r.choices("abcdefghijklmnopqrstuvwxyz", k=r.randint(1, 2))) + str(r.randint(0, 10 ** r.randint(1, 3) - 1))
        if kind < 0.85: return str(r.randint(1, 999)) + r.choice(["mm", "cm", "kB", "MB", "GB", "th", "x", "a", "b", "ms", "Hz", "kg", "pt", "bit"])
        syllables = (r.choice("bcdfghjklmnpqrstvwxyz") + r.choice("aeiou") + (r.choice("bcdfghjklmnpqrstvwxyz") if r.random() < 0.4 else "")
                     for _ in range(r.randint(1, 4)))
        return "".join(syllables)

    def joined(self) -> str:
        """Words that a full stop, comma or ampersand joins into one: names of functions and files, hosts, abbreviations, indices."""
        r = self.rng
        kind, letter = r.random(), lambda: r.choice("abcdefghijklmnopqrstuvwxyz")
        part = lambda: (self.natural() if r.random() < 0.6 else r.choice(dictionary("en")))[: r.randint(2, 12)] + (str(r.randint(0, 20)) if r.random() < 0.08 else "")
        camel = r.random() < 0.25
        if kind < 0.5: return ".".join(part().title() + (part().title() if r.random() < 0.4 else "") if camel else part() for _ in range(r.choice([2, 2, 2, 3])))
        if kind < 0.66: return part() + "." + r.choice(["txt", "pdf", "html", "py", "c", "h", "gz", "tar.gz", "conf", "so.3", "so", "png", "js", "org", "sh", "xml", "cl", "R", "tex"])
        if kind < 0.78: return r.choice(["www", "www", "ftp", "en", "docs", "bugs"]) + "." + part() + "." + r.choice(["org", "com", "net", "de", "fr", "edu", "html", "io"])
        if kind < 0.88: return ".".join(letter() for _ in range(r.choice([2, 2, 3]))) + "." if r.random() < 0.6 else r.choice(["e.g.", "i.e.", "a.m.", "p.m.", "U.S.", "Ph.D.", "R&D"])
        if kind < 0.97: return ",".join(r.choice([letter(), letter(), str(r.randint(0, 12)), part()[:4]]) for _ in range(r.choice([2, 2, 3])))
        return part() + "&" + part()

    def chain(self) -> str:
        """Short words and numbers run together, as in paths, addresses, escapes and options."""
        r = self.rng
        joint = r.choice(["/", "/", "_", "-", "\\", "\\x", "::", "->", ".", "="])
        part = lambda: r.choice(["{:02x}".format(r.getrandbits(8)), str(r.randint(0, 999)), self.word(0.1), self.word(0)[:5]])
        return r.choice(["", joint, "https://"]) + joint.join(part() for _ in range(r.randint(2, 6)))

    def natural(self) -> str:
        words, cumulative = frequent(self.language)
        return words[min(int(np.searchsorted(cumulative, self.rng.random())), len(words) - 1)]

    def word(self, numbers: float = 0.1) -> str:
        """A word, a number (with probability `numbers`), a code or joined words, unpunctuated."""
        r = self.rng
        while True:
            kind = r.random()
            if kind < numbers: w = self.number()
            elif kind < numbers + 0.07: w = self.code()
            elif kind < numbers + 0.12: w = self.joined()
            elif kind < numbers + 0.5: w = self.natural()
            else: w = r.choice(dictionary(self.language))
            if not self.training or not any(held_out(x) for x in words_of(w)):
                return w

    def printed(self, style: str, numbers: float = 0.1) -> str:
        """A word as it is printed: capitals and punctuation. `style` is "mixed", "title", "upper" or "plain"."""
        w, r = self.word(numbers), self.rng
        if r.random() < 0.02:
            w = w + r.choice("-/") + self.word(0)
        if style == "title" or (style == "mixed" and r.random() < 0.12): w = w[:1].upper() + w[1:]
        elif style == "upper": w = w.upper()
        if style == "mixed":
            kind = r.random()
            if kind < 0.07: w += ","
            elif kind < 0.12: w += "."
            elif kind < 0.14: w = "(" + w + ")"
            elif kind < 0.15: w = '"' + w + '"'
            elif kind < 0.16: w += r.choice(":;?!")
        return w


def misspell(word: str, rng: random.Random) -> str:
    """A near spelling that is a word, too: an ending or the front put on or left out, or one letter or digit changed, dropped,
    put in or swapped with its neighbour. `word` itself where none is found."""
    for _ in range(8):
        near = _inflect(word, rng) if len(word) > 3 and word.isalpha() and rng.random() < 0.4 else _slip(word, rng)
        if near != word and WORD.fullmatch(near):
            return near
    return word


def _slip(word: str, rng: random.Random) -> str:
    i = rng.choice([i for i, c in enumerate(word) if c.isalnum()])
    kind, digit = rng.random(), word[i].isdigit()
    other = rng.choice("0123456789".replace(word[i], "") if digit else HARD)
    if kind < 0.6 if digit else kind < 0.5: return word[:i] + other + word[i + 1:]
    if kind < 0.7: return word[:i] + word[i + 1:]
    if kind < 0.85: return word[:i] + other + word[i:]
    return word[:i] + word[i:i + 2][::-1] + word[i + 2:]


def _inflect(word: str, rng: random.Random) -> str:
    """display of displays, displayed, displaying, redisplay, di.display, and the reverse."""
    for ending in ("ing", "ed", "er", "es", "s", "en", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and rng.random() < 0.6:
            return word[: -len(ending)]
    kind = rng.random()
    if kind < 0.7: return word + rng.choice(["s", "s", "s", "ed", "ing", "er", "d", "n", "es"])
    if kind < 0.85: return rng.choice(["re", "un", "in", "a"]) + word
    return word + "." + rng.choice(HARD) if rng.random() < 0.5 else rng.choice(HARD) + "." + word
