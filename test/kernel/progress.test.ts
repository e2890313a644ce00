/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { causedBy } from "../../kernel/jupyter/context.js";
import { Interrupted } from "../../kernel/jupyter/interrupts.js";
import { describe as described } from "../../kernel/jupyter/mime.js";
import { openWidgets } from "../../kernel/jupyter/widget-protocol/widget-registry.js";
import { count, Pace, type Report, withProgress } from "../../kernel/widgets/progress.js";
import { FrontEnd } from "./support/front-end.js";

let now = 0;
beforeEach(() => {
  now = 1000;
  jest.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

const step = async (report: Report, fail = false) => {
  for (const done of [1, 2, 3]) {
    now += 400;
    report(done, 4);
  }
  if (fail) throw new Error("no memory");
  now += 400;
  report(4, 4);
  return "result";
};

test("a slow step shows a bar that leaves nothing when the step is done, no widget either", async () => {
  const page = new FrontEnd();
  await expect(withProgress("Embedding", "pages", step)).resolves.toBe("result");
  const [bar, end, ...rest] = page.shown.map(({ data }) => data as Record<string, unknown>);
  expect(bar["text/plain"]).toBe("Embedding: 1/4 pages · 2 s left");
  const { model_id } = bar["application/vnd.jupyter.widget-view+json"] as { model_id: string };
  const sent = page.take();
  const opened = sent.filter((m) => m.type === "comm_open" && m.comm === model_id);
  expect(opened).toMatchObject([{ data: { state: { _model_name: "HBoxModel" } } }]);
  const values = sent
    .filter((m) => m.type === "comm_msg")
    .map((m) => (m.data.state as { value: unknown }).value);
  expect(values.filter((v) => typeof v === "number")).toEqual([0.25, 0.5, 0.75, 1]);
  expect(values.at(-1)).toBe("4/4 pages · 0 s left");
  expect([await described(end), rest]).toEqual([{ data: {}, metadata: {} }, []]);
  const closed = sent.filter((m) => m.type === "comm_close").map((m) => m.comm);
  expect(closed.sort()).toEqual(
    sent
      .filter((m) => m.type === "comm_open")
      .map((m) => m.comm)
      .sort(),
  );
  expect(openWidgets.size).toBe(0);
});

test("one page is one page", async () => {
  const page = new FrontEnd();
  await withProgress("Embedding", "pages", async (report) => {
    now += 400;
    report(1, 1);
  });
  expect(page.shown[0].data).toMatchObject({ "text/plain": "Embedding: 1/1 page · 0 s left" });
});

test("a step that fails says how far it came", async () => {
  const page = new FrontEnd();
  await expect(withProgress("Embedding", "pages", (report) => step(report, true))).rejects.toThrow(
    "no memory",
  );
  expect(page.shown.at(-1)?.data).toEqual({ "text/plain": "Embedding: stopped at 3 of 4 pages after 1.2 s" });
  expect(openWidgets.size).toBe(0);
});

describe("interrupted", () => {
  /** A step that does not listen to its signal: it reports for ever. */
  function interrupted(reports: number) {
    const page = new FrontEnd();
    const cell = new AbortController();
    let report: Report = () => {};
    const step = causedBy({ signal: cell.signal }, () =>
      withProgress("Embedding", "pages", (tell) => {
        report = tell;
        return new Promise<never>(() => {});
      }),
    );
    const go = (done: number) => {
      now += 400;
      report(done, 200);
    };
    for (let done = 1; done <= reports; done++) go(done);
    cell.abort(new Interrupted());
    return { page, step, go };
  }

  test("the bar says at once how far the step came, and never goes on", async () => {
    const { page, step, go } = interrupted(7);
    const line = { "text/plain": "Embedding: stopped at 7 of 200 pages after 2.8 s" };
    expect([page.shown.at(-1)?.data, openWidgets.size]).toEqual([line, 0]);
    await expect(step).rejects.toThrow("interrupted");
    page.take();
    const shown = page.shown.length;
    go(8);
    expect([page.shown.length - shown, page.take()]).toEqual([0, []]);
  });

  test("a step that shows nothing yet is given up as well, and one that begins later does not begin", async () => {
    const { page, step } = interrupted(0);
    await expect(step).rejects.toThrow("interrupted");
    expect(page.shown).toEqual([]);
    const begun = jest.fn();
    const later = causedBy({ signal: AbortSignal.abort(new Interrupted()) }, () =>
      withProgress("A", "b", begun),
    );
    await expect(later).rejects.toThrow("interrupted");
    expect(begun).not.toHaveBeenCalled();
  });
});

test("a fast step shows nothing", async () => {
  const page = new FrontEnd();
  await withProgress("Embedding", "pages", async (report) => report(1, 1));
  expect([page.shown, page.take()]).toEqual([[], []]);
});

describe("between two reports", () => {
  const pace = (part?: string) => {
    const one = new Pace("pages", 1000, part);
    one.report(0, 4, 1000);
    return one;
  };

  test("before anything is done the time that went by is said", () => {
    const one = pace();
    expect([one.text(1000), one.share(1000)]).toEqual(["0/4 pages", 0]);
    expect([one.text(13_400), one.share(13_400)]).toEqual(["0/4 pages · 12 s so far", 0]);
  });

  test("then the bar goes on at the pace so far, and stops before the next one is done", () => {
    const one = pace();
    one.report(1, 4, 11_000);
    expect([one.text(11_000), one.share(11_000)]).toEqual(["1/4 pages · 30 s left", 0.25]);
    expect([one.text(16_000), one.share(16_000)]).toEqual(["1/4 pages · 25 s left", 0.375]);
    expect([one.text(90_000), one.share(90_000)]).toEqual(["1/4 pages · 1 s left", 1.95 / 4]);
    one.report(4, 4, 91_000);
    expect([one.text(99_000), one.share(99_000)]).toEqual(["4/4 pages · 0 s left", 1]);
  });

  test("a part that is counted on its own is named, and has its own pace", () => {
    expect(pace("checking model.onnx").text(1000)).toBe("checking model.onnx 0/4 pages");
  });
});

test("the bar comes by itself where one page takes long", async () => {
  jest.useFakeTimers({ now: 5000 });
  jest.restoreAllMocks();
  const page = new FrontEnd();
  const work = withProgress("Embedding", "pages", async (report) => {
    report(0, 1);
    await new Promise((resolve) => setTimeout(resolve, 20_000));
  });
  await jest.advanceTimersByTimeAsync(12_500);
  const shown = page.shown[0].data as Record<string, unknown>;
  expect(shown["text/plain"]).toBe("Embedding: 0/1 page · 1 s so far");
  const texts = page
    .take()
    .flatMap((m) => (m.type === "comm_msg" ? [(m.data.state as { value: unknown }).value] : []));
  expect(texts.at(-1)).toBe("0/1 page · 12 s so far");
  await jest.advanceTimersByTimeAsync(10_000);
  await work;
  jest.useRealTimers();
});

test("nothing done yet gives no time left", () => {
  expect(count("pages", 0, 10, 3)).toBe("0/10 pages");
});
