/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { causedBy } from "../../kernel/jupyter/context.js";
import { Interrupted } from "../../kernel/jupyter/interrupts.js";
import { describe as described } from "../../kernel/jupyter/mime.js";
import { openWidgets } from "../../kernel/jupyter/widget-protocol/widget-registry.js";
import { count, type Report, withProgress } from "../../kernel/widgets/progress.js";
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

test("nothing done yet gives no time left", () => {
  expect(count("pages", 0, 10, 3)).toBe("0/10 pages");
});
