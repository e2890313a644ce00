"""What a lens answers, and the view both ways."""

import asyncio
import json
import os
import tempfile
import unittest

import numpy as np
from colpali_lens import Lens
from made import COLUMNS, QUERY, ROWS, TOKENS, lens_of, page, unit

PAGE, ASKED = unit(7, 16, seed=1), unit(4, 16)
COSINES = ASKED @ PAGE.T
MAPS = COSINES[:, :6].reshape(4, ROWS, COLUMNS)


class Numbers(unittest.TestCase):
    def test_score_is_the_sum_of_maxima_over_all_vectors(self):
        self.assertAlmostEqual(lens_of().score, COSINES.max(axis=1).sum(), places=5)

    def test_map_is_of_patches_row_by_row(self):
        np.testing.assert_allclose(lens_of().map(0), MAPS[0], atol=1e-6)

    def test_word_is_the_mean_over_its_tokens(self):
        np.testing.assert_allclose(lens_of().map("load"), MAPS[2:].mean(axis=0), atol=1e-6)
        with self.assertRaisesRegex(ValueError, 'invalid word: "wind", expected one of "peak", "load"'):
            lens_of().map("wind")

    def test_winners_add_up_to_the_patches_part_of_the_score(self):
        lens = lens_of()
        self.assertAlmostEqual(lens.aggregate("winner").sum(), MAPS[1:].max(axis=(1, 2)).sum(), places=5)

    def test_pages_are_ranked_all_and_shown_the_best(self):
        lens = lens_of(pages=3, top=2)
        want = [(ASKED @ unit(7, 16, seed=1 + i).T).max(axis=1).sum() for i in range(3)]
        self.assertEqual([place for place, _ in lens.ranking], list(np.argsort(want)[::-1]))
        np.testing.assert_allclose([score for _, score in lens.ranking], sorted(want, reverse=True), rtol=1e-5)
        self.assertEqual(len(lens.results), 2)

    def test_maps_of_the_engine_are_column_first(self):
        theirs = MAPS.transpose(0, 2, 1)
        lens = Lens.from_similarity_maps(page(), theirs, TOKENS, QUERY)
        np.testing.assert_array_equal(lens.map(3), MAPS[3])
        self.assertAlmostEqual(lens.score, MAPS.max(axis=(1, 2)).sum(), places=5)

    def test_tiles_are_put_in_order_by_positions(self):
        order = np.array([5, 4, 3, 2, 1, 0])
        np.testing.assert_allclose(lens_of(patches=[order]).map(0), MAPS[0].reshape(-1)[order].reshape(ROWS, COLUMNS), atol=1e-6)

    def test_table_has_a_row_a_word(self):
        table = lens_of().table("word")
        words = [row["word"] for row in table] if isinstance(table, list) else list(table["word"])
        self.assertEqual(words, ["peak", "load"])
        self.assertIn("peak", repr(table))

    def test_without_chance_none_is_said(self):
        lens = lens_of()
        self.assertIsNone(lens.chance("peak"))
        self.assertRegex(repr(lens.hits), "No place stands out. Nearest: ")


class Views(unittest.TestCase):
    def test_every_setting_of_the_other_side_is_here(self):
        lens = lens_of()
        self.assertEqual(lens.view.as_dict(), lens._session.request("view", change={}))

    def test_assigning_moves_the_view_and_is_heard(self):
        lens, heard = lens_of(), []
        lens.view.observe(lambda change: heard.append((change.name, change.new)), ["word", "token"])
        lens.view.word = 0
        self.assertEqual((lens.view.word, dict(heard)["word"]), (0, 0))

    def test_what_the_person_sets_is_heard(self):
        lens, heard = lens_of(), []
        lens.view.observe(lambda change: heard.append(change.new), "word")
        lens.set_state({"view": {**lens.view.as_dict(), "word": 1, "token": None}})
        self.assertEqual((lens.view.word, heard, lens.status["error"]), (1, [1], None))

    def test_what_cannot_be_changes_nothing(self):
        lens = lens_of()
        before = lens.view.as_dict()
        for name, value, words in (
            ("word", 2, "invalid view.word: 2, expected an integer from 0 to 1"),
            ("colr", 1, "invalid view.colr: no such setting"),
            ("layout", "round", "invalid view.layout"),
        ):
            with self.assertRaisesRegex(ValueError, words):
                setattr(lens.view, name, value)
        with self.assertRaisesRegex(ValueError, "invalid view.color.opacity"):
            lens.view.color.opacity = 7
        self.assertEqual(lens.view.as_dict(), before)
        lens.set_state({"view": {**before, "word": 9}})
        self.assertEqual(lens.view.as_dict(), before)
        self.assertIn("invalid view.word: 9", lens.status["error"])

    def test_groups_are_assigned_at_any_depth_and_by_names_from_elsewhere(self):
        lens = lens_of()
        lens.view.color.opacity = 0.4
        lens.view.colour = {"cmap": "viridis"}
        lens.view.color = {"threshold": 0.1}
        color = lens.view.color
        self.assertEqual((color.opacity, color.palette, color.threshold), (0.4, "viridis", 0.1))

    def test_what_front_ends_are_sent_is_what_the_schema_says(self):
        lens = lens_of()
        state = lens.get_state()
        self.assertEqual((state["_model_name"], state["_view_name"], state["_model_module"]), ("LensModel", "LensView", "colpali-lens"))
        self.assertEqual(state["view"], lens.view.as_dict())
        json.dumps(state["data"])
        [picture] = lens.pictures.values()
        self.assertEqual((picture.mime, type(picture.data)), ("image/webp", memoryview))
        [result] = lens.results.values()
        np.testing.assert_allclose(np.frombuffer(result.result["maps"]["data"], np.float32).reshape(MAPS.shape), MAPS, atol=1e-6)


class Files(unittest.TestCase):
    def test_every_format(self):
        lens = lens_of()
        begins = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!doctype html>", "json": b"{"}
        with tempfile.TemporaryDirectory() as folder:
            for ending, begin in begins.items():
                path = lens.save(os.path.join(folder, f"figure.{ending}"))
                with open(path, "rb") as file:
                    self.assertTrue(file.read(20).startswith(begin), ending)
            with self.assertRaisesRegex(ValueError, r"invalid file name: .*figure\.bmp.*expected it to end in"):
                lens.save(os.path.join(folder, "figure.bmp"))

    def test_a_notebook_keeps_widget_picture_and_table(self):
        lens = lens_of()
        bundle = lens._repr_mimebundle_()
        self.assertEqual(bundle["application/vnd.jupyter.widget-view+json"]["model_id"], lens.model_id)
        self.assertEqual(sorted(bundle)[1:], ["image/png", "text/html", "text/plain"])
        self.assertIn("peak", bundle["text/plain"])

    def test_the_person_at_the_lens_gets_a_file_or_the_reason(self):
        lens, sent = lens_of(), []
        lens.send = lambda content, buffers=None: sent.append((content, buffers))
        lens._requests.hear(lens, {"type": "save", "format": "svg", "id": "7", "options": {}}, [])
        lens._requests.hear(lens, {"type": "save", "format": "bmp", "id": "8"}, [])
        (good, buffers), (bad, _) = sent
        self.assertEqual((good["id"], good["mime"], bytes(buffers[0][:5])), ("7", "image/svg+xml", b"<?xml"))
        self.assertEqual((bad["id"], bad["error"][:23]), ("8", "invalid format: bmp, ex"))


class Asking(unittest.TestCase):
    def setUp(self):
        self.asked = []

        def embed(text):
            self.asked.append(text)
            words = [f"▁{word}" for word in text.split()]
            return unit(len(words), 16, seed=len(text)), words

        self.lens = lens_of(embed_query=embed, baseline=[f"word{i}" for i in range(19)])

    def test_chance_is_measured_with_the_control_queries(self):
        self.assertEqual(self.asked, [f"word{i}" for i in range(19)])
        chance = self.lens.chance("peak")
        self.assertEqual((chance.among, chance.controls, 0 < chance.p <= 1), (19, None, True))
        self.assertGreaterEqual(chance.p, 1 / 20)

    def test_another_query_is_answered_in_the_same_lens(self):
        before = self.lens.model_id
        self.lens.ask("wind share")
        self.assertEqual((self.lens.query, self.lens.words, self.lens.model_id), ("wind share", ["wind", "share"], before))
        np.testing.assert_allclose(self.lens.map(1), (unit(2, 16, seed=10) @ PAGE.T)[1, :6].reshape(ROWS, COLUMNS), atol=1e-6)

    def test_asked_by_typing(self):
        self.lens._requests.hear(self.lens, {"type": "ask", "query": "solar"}, [])
        self.assertEqual((self.lens.words, self.lens.status["busy"], self.lens.status["error"]), (["solar"], None, None))
        self.assertIsNotNone(self.lens.chance("solar"))

    def test_asked_while_the_kernel_goes_on(self):
        async def both():
            asking = asyncio.create_task(self.lens.ask_async("wind"))
            await asyncio.sleep(0)
            done_at_once = asking.done()
            return done_at_once, await asking

        at_once, lens = asyncio.run(both())
        self.assertEqual((at_once, lens is self.lens, lens.words), (False, True, ["wind"]))

    def test_an_empty_question_leaves_the_lens_as_it_is(self):
        self.lens._requests.hear(self.lens, {"type": "ask", "query": " "}, [])
        self.assertIsNotNone(self.lens.status["error"])
        self.assertEqual(self.lens.words, ["peak", "load"])

    def test_without_a_model_another_query_is_refused_in_words(self):
        lens = lens_of()
        with self.assertRaisesRegex(ValueError, "nothing embeds another query: pass embed_query"):
            lens.ask("wind")
        self.assertEqual(lens.words, ["peak", "load"])
