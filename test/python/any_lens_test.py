"""The lens as a widget of anywidget: another end of the same lens."""

import subprocess
import unittest

import numpy as np
from colpali_lens._install import PACKAGE, node
from made import COLUMNS, ROWS, TOKENS, lens_of, unit


class AnyWidget(unittest.TestCase):
    def setUp(self):
        def embed(text):
            return unit(2, 16, seed=len(text)), [f"▁{text}", "▁too"]

        self.lens = lens_of(embed_query=embed, baseline=[f"word{i}" for i in range(19)])
        self.any = self.lens.anywidget

    def test_it_is_one_and_holds_what_the_lens_holds(self):
        self.assertIs(self.lens.anywidget, self.any)
        state = self.any.get_state()
        self.assertEqual((state["_model_module"], state["view"]), ("anywidget", self.lens.view.as_dict()))
        [result] = state["results"].values()
        maps = np.frombuffer(result["result"]["maps"]["data"], np.float32)
        np.testing.assert_array_equal(maps.reshape(len(TOKENS), ROWS, COLUMNS)[1], self.lens.map(1))
        self.assertIsNotNone(result["baseline"])
        [picture] = state["pictures"].values()
        self.assertEqual(picture["mime"], "image/webp")

    def test_views_move_each_other(self):
        self.lens.view.word = 0
        self.assertEqual(self.any.view["word"], 0)
        self.lens.view.color.opacity = 0.3
        self.assertEqual(self.any.view["color"]["opacity"], 0.3)
        self.any.set_state({"view": {**self.any.view, "token": None, "word": 1}})
        self.assertEqual(self.lens.view.word, 1)
        self.assertEqual(self.lens.get_state("view")["view"]["word"], 1)

    def test_what_cannot_be_is_taken_back(self):
        before = self.any.view
        self.any.set_state({"view": {**before, "word": 9}})
        self.assertEqual((self.any.view, self.lens.view.as_dict()), (before, before))
        self.assertIn("invalid view.word: 9", self.any.status["error"])

    def test_asked_there_it_is_answered_in_both(self):
        self.lens._requests.hear(self.any, {"type": "ask", "query": "wind"}, [])
        newest = self.any.data["order"][0]
        query = self.any.data["queries"][self.any.results[newest]["result"]["query"]]["text"]
        self.assertEqual((query, self.lens.query, self.any.status["busy"]), ("wind", "wind", None))
        self.assertIsNotNone(self.any.results[newest]["baseline"])

    def test_what_is_sent_of_an_answer_goes_together(self):
        seen = []
        self.any.observe(lambda _: seen.append((self.any.data["order"], list(self.any.results))), "data")
        self.lens.ask("wind")
        self.assertTrue(seen)
        for order, results in seen:
            self.assertEqual(sorted(order), sorted(results))

    def test_a_file_goes_to_the_end_that_asked(self):
        sent = {"lens": [], "any": []}
        self.lens.send = lambda content, buffers=None: sent["lens"].append(content)
        self.any.send = lambda content, buffers=None: sent["any"].append(content)
        self.lens._requests.hear(self.any, {"type": "save", "format": "svg", "id": "1"}, [])
        self.assertEqual((sent["lens"], [one["mime"] for one in sent["any"]]), ([], ["image/svg+xml"]))

    def test_the_script_is_a_module_that_renders_and_loads_nothing_else(self):
        script = PACKAGE / "dist" / "anywidget.js"
        code = f"import({script.as_uri()!r}).then((module) => console.log(typeof module.default.render))"
        said = subprocess.run([node(), "-e", code], check=True, capture_output=True, text=True).stdout
        self.assertEqual(said.strip(), "function")
        self.assertNotRegex(script.read_text(encoding="utf-8"), r"""import\s*\(?["']|from\s*["']https?:""")
