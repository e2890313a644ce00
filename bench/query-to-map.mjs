/**
 * From a query to the painted map, on pages that are already embedded: `node bench/query-to-map.mjs [ROUNDS] [--pages N]`.
 * With several pages these are the report's four, each with a grey patch at another place, so that scores differ and every
 * query has other best pages; their pictures and what control queries reach on them are new to the first queries.
 * The parts in the kernel are timed in plain Node; wire and paint in a real JupyterLab in a real Chromium:
 * wire is from the kernel's send to the message's arrival in the page, paint from there to the frame after it.
 * Prints medians in milliseconds. Needs a clone that `npm test` has set up.
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
const pages = Array.from({ length: ${PAGES} }, (_, i) => {
  const base = report[i % report.length];
  const sha256 = createHash("sha256").update(base.sha256 + i).digest("hex");
  const top = Math.floor((i / ${PAGES}) * (base.height - 200));
  return { ...base, sha256, get pixels() {
    const pixels = base.pixels.slice();
    for (let y = top; y < top + 200; y++) pixels.fill(200, 3 * y * base.width + 900, 3 * y * base.width + 1800);
    return pixels;
  } };
});`;

const parts = await inNode();
Object.assign(parts, await inLab());
for (const [name, values] of Object.entries(parts)) {
  values.sort((a, b) => a - b);
  const at = (q) => values[Math.min(values.length - 1, Math.floor(q * values.length))].toFixed(1);
  process.stdout.write(
    `${name.padEnd(34)} median ${at(0.5).padStart(7)} ms   p95 ${at(0.95).padStart(7)} ms\n`,
  );
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
      // Arrival of every large message, before JupyterLab sees it.
      window.arrivals = [];
      const Native = window.WebSocket;
      window.WebSocket = class extends Native {
        constructor(...args) {
          super(...args);
          this.addEventListener("message", ({ data }) => {
            if ((data.byteLength ?? data.size ?? data.length) > 20_000) window.arrivals.push(Date.now());
          });
        }
      };
    });
    const notebook = await browser.open("first-look.ipynb");
    await notebook.add(
      'import { explain, loadModel, openPages } from "colpali-lens";\n' +
        'const model = await loadModel("mini");\nconst report = await openPages("energy-report.pdf");',
    );
    await notebook.add(PAGES === 1 ? "const pages = report.slice(0, 1);" : several());
    await notebook.add("await model.embedPages(pages); 0");
    const opened = paintedAt(browser.page, "island");
    const { index, text: first } = await notebook.add(
      'const started = Date.now(); const lens = await explain(model, pages, "island");\n' +
        "console.log(started);\nlens",
    );
    const times = {
      "a lens opened, query to painted map": [(await opened).painted - Number(/\b\d{13}\b/.exec(first)[0])],
      "ask in the kernel": [],
      wire: [],
      paint: [],
      "in all, query to painted map": [],
    };
    await new LensOnScreen(await notebook.area(index)).ready();
    for (let i = 0; i < ROUNDS; i++) {
      const painted = paintedAt(browser.page, query(i));
      const { text } = await notebook.add(
        `const began${i} = Date.now(); await lens.ask(${JSON.stringify(query(i))}); const sent${i} = Date.now();\n` +
          `JSON.stringify([began${i}, sent${i}])`,
      );
      const [began, sent] = JSON.parse(text.trim().replace(/^'|'$/g, ""));
      const seen = await painted;
      times["ask in the kernel"].push(sent - began);
      times.wire.push(seen.arrived - sent);
      times.paint.push(seen.painted - seen.arrived);
      times["in all, query to painted map"].push(seen.painted - began);
    }
    return times;
  } finally {
    await browser.close();
    await lab.stop();
  }
}

/** When the query is on the screen, and when the message that brought it had arrived. */
function paintedAt(page, wanted) {
  return page.evaluate(
    (text) =>
      new Promise((done) => {
        window.arrivals = [];
        const look = () => {
          const shown = [...document.querySelectorAll(".cl-query")].some((input) => input.value === text);
          // What a frame shows is on the screen when the next one begins.
          if (shown) requestAnimationFrame(() => done({ painted: Date.now(), arrived: window.arrivals[0] }));
          else requestAnimationFrame(look);
        };
        look();
      }),
    wanted,
  );
}
