/** The lens in Voila, which runs a notebook and shows what its cells show: a host without file browser, launcher and settings. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/report.mjs";
import { useHost } from "./host.mjs";
import { LensOnScreen } from "./lens.mjs";
import { looksAt } from "./looks-at.mjs";
import { freshNotebook } from "./notebook.mjs";
import { pdfWords } from "./pdf-words.mjs";

const CELLS = [
  'import { explain, loadModel, openPages } from "colpali-lens";\nconst model = await loadModel("mini");',
  'await explain(model, await openPages("energy-report.pdf"), "battery beside the harbour")',
];

const host = useHost({
  name: "voila",
  args: ["notebook.ipynb", "--no-browser"],
  answers: "/voila/static/voila.js",
  prepare: (folder) => writeFileSync(join(folder, "notebook.ipynb"), freshNotebook(CELLS)),
});
const [printed] = await pdfWords(join(root, "examples", "energy-report.pdf"));
let lens;

test("the lens is shown live, and a word's hottest cell is painted where it is printed", async () => {
  const { page } = host.browser;
  await page.locator(".cl-lens .cl-chip").first().waitFor({ timeout: 120_000 });
  lens = await new LensOnScreen(page.locator("body")).ready();
  assert.deepEqual(await lens.labels(), ["All", "battery", "beside", "the", "harbour"]);
  await lens.choose("harbour");
  await looksAt(lens, "harbour", printed);
});

test("what is typed is answered by the kernel", async () => {
  const query = lens.root.locator(".cl-query");
  await query.fill("hydro autumn");
  await query.press("Enter");
  await lens.waitForQuery("hydro autumn");
  for (const word of ["hydro", "autumn"]) {
    await lens.choose(word);
    await looksAt(lens, word, printed);
  }
});
