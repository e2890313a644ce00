import json
import random

from tokenizers import Tokenizer

from mini.export import write_tokenizer
from mini.paths import MODEL
from mini.pretext import pyramid
from mini.spelling import Segmenter, normalize, spans_of, words_of
from mini.words import misspell

PRINTED = "L\u2019\u00e9t\u00e9 co\u00fbte 1,234.5 \u20ac (12.5%) \u2014 Stra\u00dfe, \u0152uvre, s\u00f8ster, \ufb01ne; snake_case Q3-2024"


def test_words_lose_accents_and_odd_letters():
    assert words_of(PRINTED) == ["l'ete", "coute", "1,234.5", "12.5%", "strasse", "oeuvre", "soster", "fine", "snake", "case", "q3", "2024"]


def test_spans_count_printed_characters():
    assert spans_of("(Stra\u00dfe) 9") == [("strasse", 1, 7), ("9", 9, 10)]


def test_the_tokenizer_file_agrees(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text((MODEL / "tokenizer.json").read_text())
    write_tokenizer(path)
    segment = Segmenter(json.loads(path.read_text())["model"]["vocab"])
    assert Tokenizer.from_file(str(path)).encode(PRINTED).ids == [i for w in words_of(PRINTED) for i in segment(w)]


def test_random_cuts_spell_the_same_word():
    vocabulary = json.loads((MODEL / "tokenizer.json").read_text())["model"]["vocab"]
    pieces = {i: p for p, i in vocabulary.items()}
    segment, rng = Segmenter(vocabulary), random.Random(0)
    cut = {tuple(segment("consolidated", rng, 0.9)) for _ in range(20)}
    assert len(cut) > 3
    assert {"".join(pieces[i].removeprefix("##") for i in c) for c in cut} == {"consolidated"}


def test_a_near_spelling_is_near_and_different():
    rng = random.Random(0)
    near = [misspell("signature", rng) for _ in range(50)]
    assert all(abs(len(n) - 9) <= 3 for n in near)
    assert sum(n != "signature" for n in near) > 45
    assert {"signatures", "signatur"} & set(near)
    numbers = {misspell("2.1.15", rng) for _ in range(100)}
    assert {"2.1.1", "2.1.5"} & numbers and all(words_of(n) == [n] for n in numbers)
    assert misspell("ab", rng) != "ab"
    assert normalize("\u0130") == "i"


def test_a_code_stands_for_words_of_any_length():
    one, two, three = map(pyramid, ("a", "ab", "abc"))
    assert one.shape == two.shape == three.shape and one.any()
    assert (two != three).any() and (one != two).any()
