/**
 * From a query to the painted map, on a page that is already embedded: `node bench/query-to-map.mjs [ROUNDS]`.
 * The parts in the kernel are timed in plain Node; wire and paint in a real JupyterLab in a real Chromium:
 * wire is from the kernel's send to the message's arrival in the page, paint from there to the frame after it.
 * Prints medians in milliseconds. Needs a clone that `npm test` has set up.
 */
import { join } from "node:path";
import { startBrowser, startLab } from "../test/browser/jupyterlab.mjs";
import { LensOnScreen } from "../test/browser/lens.mjs";
import { root } from "../tools/report.mjs";

const ROUNDS = Number(process.argv[2] ?? 15);
const WORDS = ["wind", "battery", "harbour", "diesel", "prices", "turbine", "reservoir", "network", "ferry"];
const query = (i) => `${WORDS[i % WORDS.length]} ${WORDS[(i * 4 + 1) % WORDS.length]} ${i}`;

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
        'const model = await loadModel("mini");\nconst pages = await openPages("energy-report.pdf#1");',
    );
    const { index } = await notebook.add('const lens = await explain(model, pages, "island");\nlens');
    await new LensOnScreen(await notebook.area(index)).ready();
    const times = { "ask in the kernel": [], wire: [], paint: [], "in all, query to painted map": [] };
    for (let i = 0; i < ROUNDS; i++) {
      const painted = browser.page.evaluate(
        (wanted) =>
          new Promise((done) => {
            window.arrivals = [];
            const look = () => {
              const shown = [...document.querySelectorAll(".cl-query")].some(
                (input) => input.value === wanted,
              );
              // What a frame shows is on the screen when the next one begins.
              if (shown)
                requestAnimationFrame(() => done({ painted: Date.now(), arrived: window.arrivals[0] }));
              else requestAnimationFrame(look);
            };
            look();
          }),
        query(i),
      );
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
