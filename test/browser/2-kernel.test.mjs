/** What the kernel sends and receives, through JupyterLab's own server and web socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useJupyter } from "./jupyterlab.mjs";
import { textOf } from "./notebook.mjs";

let notebook;

const jupyter = useJupyter(async ({ browser }) => {
  notebook = await browser.open("first-look.ipynb");
});

test("20,000 printed lines arrive, complete and in order", async () => {
  const { index, outputs } = await notebook.add('for (let i = 0; i < 20000; i++) console.log("line", i);');
  assert.deepEqual([...new Set(outputs.map((output) => output.name))], ["stdout"]);
  const expected = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join("");
  assert.equal(textOf(outputs).replace(/\n\n/g, "\n"), expected);
  const area = await notebook.area(index);
  assert.match(await area.textContent(), /line 19999/);
});

test("50 MB go out to the page and come back unchanged", async () => {
  await notebook.page.evaluate(() => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    kernel.registerCommTarget("echo", (comm, opened) => {
      window.echoed = opened.buffers.map((buffer) => buffer.byteLength);
      comm.send({ lengths: window.echoed }, {}, opened.buffers);
    });
  });
  const { outputs } = await notebook.add(`
    import { createHash } from "node:crypto";
    const bytes = new Uint8Array(50_000_000);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 8)) & 255;
    const digest = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
    const kernel = (globalThis as any)[Symbol.for("colpali-lens.kernel")];
    const comm = kernel.openComm("echo", { buffers: [bytes, new Uint8Array(0), bytes.subarray(1, 4)] });
    const answer: any = await new Promise((resolve) => { comm.onMessage = resolve; });
    JSON.stringify([
      digest(answer.buffers[0]) === digest(bytes),
      answer.buffers.map((b: Uint8Array) => b.byteLength),
      [...answer.buffers[2]],
    ])`);
  assert.deepEqual(
    outputs.map((output) => output.output_type),
    ["execute_result"],
    textOf(outputs),
  );
  assert.match(textOf(outputs), /\[true,\[50000000,0,3\],\[31,62,93\]\]/);
  assert.deepEqual(await notebook.page.evaluate(() => window.echoed), [50_000_000, 0, 3]);
});

test("a question of the cell is a box below it, and a child process prints there", async () => {
  const answered = notebook.add(`import { spawnSync } from "node:child_process";
    import { createInterface } from "node:readline/promises";
    const first = prompt("your name?");
    const rl = createInterface({ input: process.stdin, output: process.stdout });
    const second = await rl.question("your town?");
    rl.close();
    spawnSync("echo", [first, second], { stdio: "inherit" });`);
  const boxes = notebook.page.locator(".jp-Stdin");
  const named = boxes.filter({ hasText: "your name?" }).locator("input");
  await named.fill("Ada");
  await named.press("Enter");
  // The prompt of the second question is printed; its box has none.
  const unnamed = boxes.filter({ hasNotText: "your name?" }).locator("input");
  await unnamed.fill("London");
  await unnamed.press("Enter");
  assert.match(textOf((await answered).outputs), /your town\?[\s\S]*Ada London\n/);
});

test("nothing went wrong in the page meanwhile", () => {
  assert.deepEqual(jupyter.browser.problems, []);
});
