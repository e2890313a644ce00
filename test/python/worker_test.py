"""The process that computes: what goes over its pipes, and what happens when it ends."""

import io
import os
import signal
import threading
import time
import unittest

import numpy as np
from colpali_lens import frames
from colpali_lens.worker import WorkerError, worker
from made import lens_of, unit


class Frames(unittest.TestCase):
    def test_what_is_written_is_read(self):
        stream = io.BytesIO()
        arrays = [np.arange(5, dtype=np.uint8), np.zeros((0, 4), np.float32), unit(3, 2)[::-1], np.array([-1, 7], np.int32)]
        frames.write(stream, {"text": "ä\n", "list": arrays, "none": None})
        frames.write(stream, {"second": np.float32(0.5)})
        stream.seek(0)
        first = frames.read(stream)
        self.assertEqual((first["text"], first["none"]), ("ä\n", None))
        for read, written in zip(first["list"], arrays, strict=True):
            self.assertEqual(read.dtype, written.dtype)
            np.testing.assert_array_equal(read, written.reshape(-1))
        self.assertEqual(frames.read(stream), {"second": 0.5})
        self.assertIsNone(frames.read(stream))

    def test_a_message_that_breaks_off_is_none(self):
        stream = io.BytesIO()
        frames.write(stream, {"array": unit(4)})
        self.assertIsNone(frames.read(io.BytesIO(stream.getvalue()[:-1])))

    def test_types_that_the_other_end_has_not_are_refused(self):
        with self.assertRaisesRegex(TypeError, "invalid array: float16, expected one of uint8"):
            frames.write(io.BytesIO(), {"array": np.zeros(1, np.float16)})


class Process(unittest.TestCase):
    def test_it_is_started_once(self):
        self.assertIs(worker(), worker())

    def test_what_it_does_not_know_is_refused(self):
        with self.assertRaisesRegex(ValueError, "invalid request: nothing, expected one of model, pages"):
            worker().request("nothing")
        with self.assertRaisesRegex(ValueError, "invalid lens: 12345 is closed or was never there"):
            worker().request("hits", lens=12345)

    def test_killed_between_two_lines_it_is_started_anew(self):
        lens = lens_of()
        lens.view.word = 1
        before, process = lens.map(1), worker()._process
        process.kill()
        # Asked once more, `worker` may have started the next one by now.
        process.wait()
        np.testing.assert_array_equal(lens.map(1), before)
        self.assertNotEqual(worker()._process.pid, process.pid)
        self.assertEqual(lens.view.word, 1)

    def test_killed_at_work_it_says_so(self):
        def kill(_method, _params):
            os.kill(worker()._process.pid, signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
            time.sleep(0.2)

        lens = lens_of()
        lens._session._answer = kill
        with self.assertRaisesRegex(WorkerError, r"the Node process of colpali-lens \(pid \d+\) .*run the line again"):
            lens.ask("wind")
        del lens._session._answer
        self.assertEqual(lens.words, ["peak", "load"])

    def test_errors_of_the_model_come_back_as_they_were(self):
        class Own(Exception):
            pass

        raised = Own("out of memory")

        def embed(_text):
            raise raised

        lens = lens_of(embed_query=embed, baseline=False)
        with self.assertRaises(Own) as caught:
            lens.ask("wind")
        self.assertIs(caught.exception, raised)
        self.assertEqual(lens.words, ["peak", "load"])

    def test_an_interrupt_stops_the_request_and_nothing_else(self):
        def embed(_text):
            raise KeyboardInterrupt

        lens = lens_of(embed_query=embed, baseline=False)
        with self.assertRaises(KeyboardInterrupt):
            lens.ask("wind")
        self.assertEqual((worker()._waiting, lens.words), ({}, ["peak", "load"]))

    def test_several_threads_may_ask(self):
        lenses = [lens_of(query_vectors=unit(4, 16, seed=i)) for i in range(4)]
        seen = {}

        def look(i):
            seen[i] = [lenses[i].map(t) for t in range(4)]

        threads = [threading.Thread(target=look, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for i in range(4):
            want = (unit(4, 16, seed=i) @ unit(7, 16, seed=1).T)[:, :6].reshape(4, 3, 2)
            np.testing.assert_allclose(seen[i], want, atol=1e-6)

    def test_a_lens_that_is_closed_is_forgotten(self):
        lens = lens_of()
        keys = dict(lens._session._keys)
        lens.close()
        with self.assertRaisesRegex(ValueError, "is closed or was never there"):
            worker().request("hits", lens=keys["lens"])
