"""A person's own model: processors of every layout, made up, with what they ask of one in training, or with broken vectors."""

import threading
import unittest

import numpy as np
from colpali_lens import explain
from made import GOLDEN, page
from made_model import Model, Processor, stand_in

WORDS = ["Show", "the", "table", "of", "contents", "."]
QUERY, OTHER = "Show the table of contents.", "wind"


class Explained(unittest.TestCase):
    def setUp(self):
        stand_in(self)
        self.processor = Processor()
        self.model = Model(self.processor)

    def explain(self, **options):
        return explain(**{"model": self.model, "processor": self.processor, "images": page(), "query": QUERY, "baseline": False, **options})

    def test_maps_lie_where_the_image_tokens_are(self):
        lens = self.explain()
        table, ids = self.model.table, self.processor.process_queries([QUERY])["input_ids"][0]
        patches = np.stack([table[self.processor.image + at] for at in range(2, 8)])
        want = (table[ids] @ patches.T).reshape(len(ids), 3, 2)
        np.testing.assert_allclose(np.stack([lens.map(token) for token in range(len(ids))]), want, atol=1e-6)

    def test_words_and_kinds_are_those_of_the_familys_wrapping(self):
        lens = self.explain()
        self.assertEqual(lens.words, WORDS)
        self.assertEqual([token["kind"] for token in lens.tokens], ["word"] * 7 + ["augmentation"] * 10)

    def test_provenance_names_the_model_where_it_runs(self):
        [model] = self.explain().data["models"].values()
        about = model["provenance"]
        self.assertEqual((about["id"], about["family"], about["dtype"], about["provider"]), ("someone/col-model", "colqwen2", "bfloat16", "cuda:1"))

    def test_another_query_is_answered_by_the_model_and_pages_are_not_embedded_again(self):
        lens = self.explain()
        before = self.model.runs
        lens.ask(OTHER)
        self.assertEqual((lens.words, self.model.runs - before), ([OTHER], 1))

    def test_pages_of_a_pdf_are_rendered_and_have_words(self):
        seen = []
        process = self.processor.process_images
        self.processor.process_images = lambda images: seen.append(images[0].size) or process(images)
        pdf = GOLDEN.parents[2] / "examples" / "energy-report.pdf"
        lens = self.explain(images=[f"{pdf}#1-2", page()], dpi=50)
        self.assertEqual((len(lens.ranking), seen[2]), (3, (60, 90)))
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(sum(len(picture.words) > 10 for picture in lens.pictures.values()), 2)

    def test_attention_is_where_the_model_says_and_the_lens_shows_it(self):
        lens = self.explain()
        for stage in ("language", "tower"):
            found = lens.attention((0, 1), stage=stage, layer=0, head=1)
            self.assertEqual(np.argwhere(found.map > 0.5).tolist(), [[2, 0]])
            self.assertEqual((found.stage, found.layer, found.head, found.patch, sum(found.off_page)), (stage, 0, 1, (0, 1), 0))
        self.assertEqual((lens.view.quantity, lens.view.stage, lens.view.layer, lens.view.head), ("attention", "tower", 0, 1))
        self.assertEqual(lens.view.region, {"row": 0, "column": 1, "rows": 1, "columns": 1})
        [result] = lens.results.values()
        self.assertIn(("tower", 0, 1), [(one["stage"], one["row"], one["column"]) for one in result.attention])
        rolled = lens.attention("table", rollout=True)
        self.assertEqual((rolled.layer, lens.view.quantity, lens.view.word), (None, "attention-rollout", 2))
        received = lens.attention_received(stage="tower")
        np.testing.assert_allclose(received.map, 1 / 6, rtol=1e-6)
        self.assertIsNone(received.patch)

    def test_a_patch_that_was_read_is_not_read_again(self):
        lens = self.explain()
        lens.attention((1, 1))
        before = self.model.runs
        lens.attention((1, 1), stage="tower", head=0)
        self.assertEqual(self.model.runs, before)

    def test_attention_in_view_is_read_as_a_click_wants_it(self):
        lens = self.explain()
        lens.view.region = {"row": 2, "column": 1, "rows": 1, "columns": 1}
        lens._requests.hear(lens, {"type": "measure", "quantity": "attention"}, [])
        self.assertEqual((lens.status["error"], lens.view.quantity, lens.view.region["row"]), (None, "attention", 2))
        lens._requests.hear(lens, {"type": "measure", "quantity": "gradient"}, [])
        self.assertEqual(lens.status["error"], "gradient is not measured from Python")

    def test_attention_that_turns_vectors_is_said(self):
        lens = self.explain()
        self.model.table = -self.model.table
        with self.assertWarnsRegex(UserWarning, "where it is written out, a vector of the page turns to a cosine of -1.000"):
            lens.attention((0, 0))
            # It is told of before the answer is, by the thread that reads.
            lens.score

    def test_what_is_stopped_from_another_thread_says_so_and_leaves_the_lens(self):
        lens = self.explain()
        run, waits, going = self.model.vectors, threading.Event(), threading.Event()

        def vectors(ids):
            going.set()
            waits.wait(20)
            return run(ids)

        self.model.vectors = vectors
        lens._requests.hear_apart(lens, {"type": "measure", "quantity": "score-drop"}, [])
        self.assertTrue(going.wait(20))
        self.assertEqual(lens.status["busy"], "Covering the page")
        # What is pointed at meanwhile does not wait for the model.
        lens.view.word = 1
        self.assertFalse(waits.is_set())
        lens._requests.hear_apart(lens, {"type": "stop"}, [])
        waits.set()
        with lens._session.alone:
            self.assertEqual((lens.status["error"], lens.status["busy"]), ("interrupted", None))
        self.model.vectors = run
        self.assertEqual((lens.words, lens.view.word, lens.hears), (WORDS, 1, True))

    def test_chance_is_measured_with_words_like_the_asked_ones(self):
        chance = self.explain(baseline=True).chance("table")
        self.assertRegex(chance.controls, "^English, 5 to 6 letters, 1 token")
        self.assertGreater(chance.among, 19)

    def test_what_is_covered_takes_from_the_score(self):
        lens = self.explain()
        whole = self.model.vectors
        covered = []

        def without(ids):
            vectors = whole(ids)
            # The processor sees pixels; the cell that it is told of loses its vector.
            if covered and ids.shape[1] == 9:
                vectors[0, 2 + covered[-1]] = self.model.table[0]
            return vectors

        process = self.processor.process_images

        def look(images):
            pixels = np.asarray(images[0]).astype(int)
            changed = np.abs(pixels - np.asarray(page()).astype(int)).sum(axis=2).reshape(3, 30, 2, 30).sum(axis=(1, 3))
            covered.append(int(changed.argmax()))
            return process(images)

        self.processor.process_images, self.model.vectors = look, without
        table = lens.occlusion("grid", grid=[3, 2], fill="white")
        self.assertEqual((len(table), set(covered)), (6, set(range(6))))
        asked = self.model.table[self.processor.process_queries([QUERY])["input_ids"][0]]
        cells = self.model.table[self.processor.image + np.arange(2, 8)]
        prompt = self.model.table[[1, 2, 3]]
        score = lambda patches: (asked @ np.concatenate([patches, prompt]).T).max(axis=1).sum()  # noqa: E731
        falls = []
        for cell in range(6):
            less = cells.copy()
            less[cell] = self.model.table[0]
            falls.append(score(cells) - score(less))
        told = [row["fall"] for row in table] if isinstance(table, list) else list(table["fall"])
        np.testing.assert_allclose(told, sorted(falls, reverse=True), atol=1e-5)
        self.assertEqual(lens.view.quantity, "score-drop")
        [result] = lens.results.values()
        self.assertEqual(result.layers[0]["quantity"]["name"], "score-drop")

    def test_a_model_in_training_is_refused(self):
        self.model.training = True
        with self.assertRaisesRegex(ValueError, r"it is in training mode, .*call model.eval\(\) first"):
            self.explain()

    def test_a_model_that_turned_to_training_is_refused_when_it_is_asked(self):
        lens = self.explain()
        self.model.training = True
        with self.assertRaisesRegex(ValueError, "training mode"):
            lens.ask(OTHER)
        self.assertEqual(lens.words, WORDS)

    def test_vectors_that_are_no_numbers_are_refused(self):
        lens = self.explain()
        self.model.vectors = lambda ids: np.full((1, ids.shape[1], 16), np.nan, np.float32)
        with self.assertRaisesRegex(ValueError, "invalid vectors of the query 'wind': 13 of 13 vectors hold NaN"):
            lens.ask(OTHER)

    def test_patches_that_do_not_fit_the_grid_are_refused(self):
        process = self.processor.process_images
        self.processor.process_images = lambda images: {**process(images), "image_grid_thw": np.array([[1, 8, 4]])}
        with self.assertRaisesRegex(ValueError, r"page 1: 6 image tokens \(id \d+\), expected 4 rows x 2 columns = 8"):
            self.explain()

    def test_a_count_of_image_tokens_that_is_no_square_is_refused(self):
        process = self.processor.process_images
        self.processor.process_images = lambda images: {"input_ids": process(images)["input_ids"]}
        with self.assertRaisesRegex(ValueError, "page 1: 6 image tokens, expected a square number of them"):
            self.explain()

    def test_vectors_of_another_number_than_tokens_are_refused(self):
        vectors = self.model.vectors
        self.model.vectors = lambda ids: vectors(ids)[:, :-1]
        with self.assertRaisesRegex(ValueError, "vectors of the query 'a': 10, expected 11, one a token"):
            self.explain()

    def test_ids_that_the_tokenizer_does_not_give_are_refused(self):
        process = self.processor.process_queries
        asked = []

        def another(texts):
            asked.append(texts)
            batch = process(texts)
            return batch if len(asked) < 3 else {"input_ids": batch["input_ids"][:, 1:]}

        self.processor.process_queries = another
        lens = self.explain()
        with self.assertRaisesRegex(ValueError, r'invalid tokens of "wind": the processor gives 12 ids .* and the tokenizer .* 13 '):
            lens.ask(OTHER)

    def test_tiles_are_put_in_order(self):
        names = ["<row_1_col_1>", "<row_1_col_2>", "<global-img>"]
        tokenizer = self.processor.tokenizer
        for number, name in enumerate(names, 5000):
            tokenizer.more[number] = name
        image = self.processor.image
        ids = [5000, *[image] * 4, 5001, *[image] * 4, 5002, *[image] * 4]
        self.processor.process_images = lambda images: {"input_ids": np.array([ids])}
        lens = self.explain()
        vectors = self.model.vectors(np.array([ids]))[0]
        asked = self.model.vectors(self.processor.process_queries([QUERY])["input_ids"])[0]
        rows = [[1, 2, 6, 7], [3, 4, 8, 9]]
        np.testing.assert_allclose(lens.map(0), [[asked[0] @ vectors[at] for at in row] for row in rows], atol=1e-6)

    def test_what_is_no_model_or_processor_is_refused(self):
        with self.assertRaisesRegex(ValueError, "invalid processor: str has no process_images"):
            self.explain(processor="vidore/colqwen2-v1.0")
        with self.assertRaisesRegex(ValueError, "invalid model: str, expected a model of colpali-engine or transformers"):
            self.explain(model="vidore/colqwen2-v1.0")
