/**
 * From a query to the painted map, on pages that are already embedded: `node bench/query-to-map.mjs [ROUNDS] [--pages N]`.
 * With several pages these are the report's four, each with a grey patch at another place, so that scores differ and every
 * query has other best pages; their pictures and what control queries reach on them are new to the first queries.
 * The parts in the kernel are timed in plain Node; the whole in a real JupyterLab in a real Chromium, until the page's
 * picture and the map are on the screen; what is sent until the cell is idle is counted, too. Prints medians in
 * milliseconds. Needs a clone that `npm test` has set up. BENCH_CACHE names a folder that keeps embeddings between runs.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBrowser, startLab } from "../test/browser/jupyterlab.mjs";
import { LensOnScreen } from "../test/browser/lens.mjs";
import { root } from "../tools/report.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pages: { type: "string", default: "1" } },
});
const ROUNDS = Number(positionals[0] ?? 15);
const PAGES = Number(values.pages);
const WORDS = ["wind", "battery", "harbour", "diesel", "prices", "turbine", "reservoir", "network", "ferry"];
const query = (i) => `${WORDS[i % WORDS.length]} ${WORDS[(i * 4 + 1) % WORDS.length]} ${i}`;

/** Code of a cell: pages that differ in one place and in nothing else, their pixels made when they are looked at. */
const several = () => `
import { createHash } from "node:crypto";
const shas = await Promise.all(report.map((page) => page.digest()));
const pages = Array.from({ length: ${PAGES} }, (_, i) => {
  const base = report[i % report.length];
  const sha256 = createHash("sha256").update(shas[i % report.length] + i).digest("hex");
  const top = Math.floor((i / ${PAGES}) * (base.height - 200));
  return { ...base, sha256, digest: async () => sha256, async pixels() {
    const pixels = (await base.pixels()).slice();
    for (let y = top; y < top + 200; y++) pixels.fill(200, 3 * y * base.width + 900, 3 * y * base.width + 1800);
    return pixels;
  } };
});`;

const parts = await inNode();
Object.assign(parts, await inLab());
for (const [name, values] of Object.entries(parts)) {
  values.sort((a, b) => a - b);
  const at = (q) => values[Math.min(values.length - 1, Math.floor(q * values.length))].toFixed(1);
  const unit = name.startsWith("sent") ? "kB" : "ms";
  const [median, most] = [at(0.5), at(0.95)].map((v) => `${v.padStart(8)} ${unit}`);
  process.stdout.write(`${name.padEnd(38)} median ${median}   p95 ${most}\n`);
}

async function inNode() {
  const { loadModel, openPages } = await import(join(root, "lib/kernel/index.js"));
  const { maxsim, similarityMaps } = await import(join(root, "lib/core/index.js"));
  const model = await loadModel("mini", { cacheDir: null });
  const pages = await openPages(join(root, "examples/energy-report.pdf#1"));
  const { grid, vectors } = await model.embedPage(pages[0]);
  const times = { tokenise: [], "text encoder (tokenise included)": [], "similarity and MaxSim": [] };
  const timed = async (name, work) => {
    const start = performance.now();
    const result = await work();
    times[name].push(performance.now() - start);
    return result;
  };
  for (let i = 0; i < ROUNDS; i++) {
    await timed("tokenise", () => model.tokenize(query(i)));
    const asked = await timed("text encoder (tokenise included)", () => model.embedQuery(query(i)));
    await timed("similarity and MaxSim", async () => {
      const all = await model.maxsim.cosines(asked.vectors, vectors);
      return [similarityMaps(all, vectors.count, grid), maxsim(all, vectors.count, grid)];
    });
  }
  await model.dispose();
  return times;
}

async function inLab() {
  const lab = await startLab();
  const browser = await startBrowser(lab);
  try {
    await browser.page.addInitScript(() => {
      // Everything that arrives, and the pictures that are kept.
      window.received = 0;
      window.urls = new Set();
      const Native = window.WebSocket;
      window.WebSocket = class extends Native {
        constructor(...args) {
          super(...args);
          this.addEventListener("message", ({ data }) => {
            window.received += data.byteLength ?? data.size ?? data.length;
          });
        }
      };
      const { createObjectURL, revokeObjectURL } = URL;
      URL.createObjectURL = (of) => {
        const url = createObjectURL.call(URL, of);
        window.urls.add(url);
        return url;
      };
      URL.revokeObjectURL = (url) => {
        window.urls.delete(url);
        revokeObjectURL.call(URL, url);
      };
    });
    const notebook = await browser.open("first-look.ipynb");
    await notebook.add(
      'import { explain, loadModel, openPages } from "colpali-lens";\n' +
        `const model = await loadModel("mini"${process.env.BENCH_CACHE ? `, { cacheDir: ${JSON.stringify(process.env.BENCH_CACHE)} }` : ""});\n` +
        'const report = await openPages("energy-report.pdf");',
    );
    await notebook.add(PAGES === 1 ? "const pages = report.slice(0, 1);" : several());
    await notebook.add("await model.embedPages(pages); 0");
    const opened = paintedAt(browser.page, "island");
    const { index, text: first } = await notebook.add(
      'const started = Date.now(); const lens = await explain(model, pages, "island");\n' +
        "console.log(started);\nlens",
    );
    const times = {
      "a lens opened, query to painted map": [(await opened) - Number(/\b\d{13}\b/.exec(first)[0])],
      "ask in the kernel": [],
      "wire and paint": [],
      "in all, query to painted map": [],
      "in all, query to idle": [],
      "sent to the page": [],
      "sent to the page, same pages again": [],
    };
    await new LensOnScreen(await notebook.area(index)).ready();
    for (let i = 0; i < ROUNDS; i++) {
      const painted = paintedAt(browser.page, query(i));
      const before = await browser.page.evaluate(() => window.received);
      const { text } = await notebook.add(
        `const began${i} = Date.now(); await lens.ask(${JSON.stringify(query(i))}); const sent${i} = Date.now();\n` +
          `JSON.stringify([began${i}, sent${i}])`,
      );
      const [began, sent] = JSON.parse(text.trim().replace(/^'|'$/g, ""));
      const idle = Date.now();
      const seen = await painted;
      times["ask in the kernel"].push(sent - began);
      times["wire and paint"].push(seen - sent);
      times["in all, query to painted map"].push(seen - began);
      times["in all, query to idle"].push(idle - began);
      const after = await browser.page.evaluate(() => window.received);
      times["sent to the page"].push((after - before) / 1000);
      // The same words are on the same pages.
      const turned = query(i).split(" ").reverse().join(" ");
      await notebook.add(`await lens.ask(${JSON.stringify(turned)}); 0`);
      const again = await browser.page.evaluate(() => window.received);
      times["sent to the page, same pages again"].push((again - after) / 1000);
    }
    await browser.page.evaluate(() => new Promise((done) => setTimeout(done, 1000)));
    const protocol = await browser.page.context().newCDPSession(browser.page);
    await protocol.send("HeapProfiler.collectGarbage");
    const { usedSize } = await protocol.send("Runtime.getHeapUsage");
    const urls = await browser.page.evaluate(() => window.urls.size);
    process.stdout.write(
      `after ${2 * ROUNDS + 1} queries: ${urls} pictures, ${(usedSize / 1e6).toFixed(0)} MB of script memory in the page\n`,
    );
    return times;
  } finally {
    await browser.close();
    await lab.stop();
  }
}

/** When the query is on the screen, on a page that is there. */
function paintedAt(page, wanted) {
  return page.evaluate(
    (text) =>
      new Promise((done) => {
        const look = () => {
          const shown = [...document.querySelectorAll(".cl-lens")].some((lens) => {
            const page = lens.querySelector(".cl-paper img");
            return lens.querySelector(".cl-query")?.value === text && page.complete && page.naturalWidth > 0;
          });
          // What a frame shows is on the screen when the next one begins.
          if (shown) requestAnimationFrame(() => done(Date.now()));
          else requestAnimationFrame(look);
        };
        look();
      }),
    wanted,
  );
}
