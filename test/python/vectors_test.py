"""Bad input: each is refused in words, with the numbers."""

import unittest

import numpy as np
from colpali_lens import Lens
from made import COLUMNS, QUERY, ROWS, TOKENS, lens_of, page, unit

CELLS = ROWS * COLUMNS


class BadInput(unittest.TestCase):
    def refuses(self, words, **options):
        with self.assertRaisesRegex(ValueError, words):
            lens_of(**options)

    def test_grid_of_another_size(self):
        self.refuses(r"invalid patches of page 1: 6, expected 2 rows x 2 columns = 4 patches", grid=(2, 2))

    def test_grid_of_another_size_without_a_mask(self):
        self.refuses(r"invalid grid of page 1: 3 rows x 2 columns = 6 patches, but 7 vectors; pass patches", patches=None)

    def test_grid_that_is_none(self):
        self.refuses(r"invalid grid of page 1: 3, expected \(rows, columns\)", grid=3)
        self.refuses(r"invalid grid of page 1: 0 x 2, expected at least 1 x 1", grid=(0, 2))

    def test_mask_of_another_length(self):
        self.refuses(r"a mask of shape \(6,\), expected \(7,\), one a vector", patches=[np.ones(CELLS, bool)])

    def test_positions_beyond_the_vectors(self):
        self.refuses(r"positions 2 to 7, expected 0 to 6", patches=[np.arange(2, 8)])

    def test_vectors_that_are_no_numbers(self):
        vectors = unit(7, 16)
        vectors[4, 3] = np.nan
        self.refuses(r"invalid page_vectors of page 1: 1 of 7 vectors hold NaN or infinity, the first is vector 4", page_vectors=[vectors])

    def test_vectors_of_another_length_than_1(self):
        vectors = unit(7, 16)
        vectors[5] *= 3
        self.refuses(r"vector 5 has length 3, expected 1", page_vectors=[vectors])
        self.refuses(r"invalid query_vectors: vector 0 has length 2, expected 1", query_vectors=2 * unit(4, 16))

    def test_vectors_of_another_shape(self):
        self.refuses(r"invalid query_vectors: shape \(16,\), expected \(vectors, dimensions\)", query_vectors=unit(16))

    def test_dimensions_of_another_model(self):
        self.refuses(r"page_vectors of page 1: 8 dimensions, expected 16", page_vectors=[unit(7, 8)])

    def test_more_pages_than_images(self):
        self.refuses(r"invalid page_vectors: 2, expected 1, one for each of 1 images", page_vectors=[unit(7, 16)] * 2)

    def test_tokens_of_another_number_than_vectors(self):
        self.refuses(r"invalid tokens: 3, expected 4, one for each of query_vectors", tokens=TOKENS[:3])

    def test_tokens_that_spell_something_else(self):
        self.refuses(r'they spell "<bos> peak load", expected "wind" in it', query="wind")

    def test_nothing_but_padding(self):
        self.refuses(r"page_vectors of page 1: all 7 vectors are zeros", page_vectors=[np.zeros((7, 16))])

    def test_images_that_are_none(self):
        self.refuses(r"invalid images: none, expected at least one", images=[], page_vectors=[], patches=[])
        self.refuses(r"invalid image 1: ndarray of shape \(4, 4, 2\)", images=np.zeros((4, 4, 2), np.uint8))
        self.refuses(r"invalid image 1: int64, expected bytes \(uint8\)", images=np.zeros((4, 4, 3), np.int64))

    def test_file_that_is_not_there(self):
        self.refuses(r"no such file: .*nowhere\.pdf", images="nowhere.pdf")

    def test_maps_of_another_shape(self):
        with self.assertRaisesRegex(ValueError, r"invalid maps: shape \(4, 6\), expected \(tokens, x, y\)"):
            Lens.from_similarity_maps(page(), np.zeros((4, 6)), TOKENS)
        with self.assertRaisesRegex(ValueError, r"invalid tokens: 3, expected 4, one for each of the maps"):
            Lens.from_similarity_maps(page(), np.zeros((4, 2, 3)), TOKENS[:3])
        with self.assertRaisesRegex(ValueError, r"values from 0 to 255, expected cosines"):
            Lens.from_similarity_maps(page(), np.array([[[0, 255.0]]] * 4), TOKENS)

    def test_own_control_queries_that_are_few(self):
        def embed(text):
            return unit(4, 16), TOKENS

        self.refuses(r"invalid baseline: 2 queries, expected at least 19", baseline=["a", "b"], embed_query=embed)


class GoodInput(unittest.TestCase):
    def test_half_precision_is_close_enough(self):
        half = lens_of(page_vectors=[unit(7, 16, seed=1).astype(np.float16)])
        self.assertLess(np.abs(half.map(1) - lens_of().map(1)).max(), 1e-3)

    def test_tensors_in_any_precision_and_on_any_device(self):
        class Tensor:
            """What is asked of a torch tensor, a bfloat16 one on a card, say."""

            def __init__(self, array):
                self.array = array

            def detach(self):
                return self

            def float(self):
                return self

            def cpu(self):
                return self

            def numpy(self):
                return self.array

        tensors = lens_of(page_vectors=[Tensor(unit(7, 16, seed=1))], query_vectors=Tensor(unit(4, 16)))
        np.testing.assert_array_equal(tensors.map(1), lens_of().map(1))

    def test_padding_is_left_out_wherever_it_is(self):
        padded = np.concatenate([np.zeros((2, 16), np.float32), unit(7, 16, seed=1)])
        mask = np.r_[[False] * 2, [True] * CELLS, [False]]
        lens = lens_of(page_vectors=padded[None], patches=mask)
        self.assertEqual(lens.score, lens_of().score)
        np.testing.assert_array_equal(lens.map(1), lens_of().map(1))

    def test_arrays_and_pictures_are_the_same_page(self):
        array = np.asarray(page())
        key = "sha256"
        of = [next(iter(lens_of(images=image).data["pages"].values()))[key] for image in (page(), array, array / 255)]
        self.assertEqual(len(set(of)), 1)

    def test_one_word_a_token_without_markers(self):
        self.assertEqual(lens_of(tokens=["the", "peak", "of", "load"], query="").words, ["the", "peak", "of", "load"])

    def test_words_are_told_from_the_prefix_by_the_query(self):
        lens = lens_of(tokens=["Query", ":", "Ġpeak", "Ġload"], query=QUERY)
        self.assertEqual(lens.words, ["peak", "load"])
        self.assertEqual([token["kind"] for token in lens.tokens], ["prefix", "prefix", "word", "word"])
