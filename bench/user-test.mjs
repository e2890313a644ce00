/**
 * Ten tasks of a reader, on lenses saved as pages: `node bench/user-test.mjs [FOLDER] [KIND …]` does them by pointer and by
 * keyboard on every FOLDER/KIND.html, those of `user-test-pages.mjs` if none is named, and counts what a person who knows the keys
 * would do. An action is a click or a key. Seconds are those of the keystroke-level model (Card, Moran and Newell 1980): 1.1 to
 * point, .2 to click, .28 a key, .4 from the mouse to the keys, 1.2 to think before a task and 1.2 to read what it gives.
 * A task is done when the lens gives the answer in words or figures.
 */
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { chromium as findChromium } from "../tools/chromium.mjs";
import { benchFolder } from "./debian-documents.mjs";

const POINT = 1.3;
const KEY = 0.28;
const HOME = 0.4;
const THINK = 2.4;

const folder = resolve(process.argv[2] || join(benchFolder, "user-test"));
const wanted = process.argv.slice(3);
const kinds = readdirSync(folder)
  .filter((name) => name.endsWith(".html"))
  .map((name) => basename(name, ".html"))
  .filter((kind) => wanted.length === 0 || wanted.includes(kind));
const browser = await chromium.launch({
  executablePath: await findChromium(),
  args: ["--disable-gpu", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
});
const context = await browser.newContext({
  viewport: { width: 1100, height: 760 },
  permissions: ["clipboard-read", "clipboard-write"],
  acceptDownloads: true,
});

/** Somebody at a lens, who has clicked into it: what they do is done, and counted. */
class Reader {
  actions = 0;
  seconds = THINK;
  #atKeys = false;

  constructor(page, means) {
    this.page = page;
    this.pointer = means === "pointer";
  }

  async click(locator) {
    await locator.first().click({ timeout: 4000 });
    this.actions++;
    this.seconds += POINT;
  }

  async keys(...names) {
    if (!this.#atKeys) this.seconds += HOME;
    this.#atKeys = true;
    for (const name of names) {
      await this.page.keyboard.press(name);
      this.actions++;
      this.seconds += KEY * name.split("+").length;
    }
  }

  /** Tab until the focus is on something of this name. */
  tabTo = (name) => this.#goTo(name, "Tab");
  /** Down a menu, or up it from its first entry to the last ones. */
  downTo = (name) => this.#goTo(name, "ArrowDown");
  upTo = (name) => this.#goTo(name, "ArrowUp");

  async #goTo(name, key) {
    for (let i = 0; i < 80; i++) {
      const at = await this.page.evaluate(() => {
        const { activeElement: e } = document;
        return e?.getAttribute("aria-label") ?? e?.textContent ?? "";
      });
      if (name.test(at.trim())) return;
      await this.keys(key);
    }
    throw new Error(`${key} does not reach ${name}`);
  }

  find = (selector) => this.page.locator(selector);
  word = (index) => this.find(".cl-words .cl-chip:not(.cl-read)").nth(index + 1);
  text = async (selector) => (await this.find(selector).first().textContent({ timeout: 1500 })).trim();

  chooseSecond = () => (this.pointer ? this.click(this.word(1)) : this.keys("ArrowRight", "ArrowRight"));
}

const download = (page) =>
  page.waitForEvent("download", { timeout: 15_000 }).then((d) => d.suggestedFilename());

const TASKS = [
  {
    task: "What did the second word match best?",
    run: (r) => r.chooseSecond(),
    answer: (r) => r.text(".cl-finding"),
  },
  {
    task: "How alike are they, as a number?",
    run: (r) => r.chooseSecond(),
    answer: async (r) => /[-−]?\d\.\d\d/.exec(await r.word(1).textContent())[0],
  },
  {
    task: "Is that more than chance?",
    run: (r) => r.chooseSecond(),
    answer: async (r) =>
      `${await r.word(1).evaluate((e) => e.querySelector("[title*=hance]")?.title ?? e.title)}; ${await r.text(".cl-legend-chance")}`,
  },
  {
    task: "Go to the next place.",
    needs: async (r) => (await r.find(".cl-hit").count()) > 1,
    run: (r) => (r.pointer ? r.click(r.find('.cl-step[aria-label^="Next"]')) : r.keys("n")),
    answer: async (r) => {
      const at = await r.text(".cl-hit-count");
      if (!at.startsWith("2 of")) throw new Error(`still at ${at}`);
      return at;
    },
  },
  {
    task: "Open the second best page.",
    needs: async (r) => (await r.find(".cl-thumb").count()) > 1,
    run: (r) => (r.pointer ? r.click(r.find(".cl-thumb").nth(1)) : r.keys("PageDown")),
    answer: async (r) => {
      const entry = r.find(".cl-thumb").nth(1);
      if ((await entry.getAttribute("aria-pressed")) !== "true") throw new Error("not opened");
      return entry.getAttribute("aria-label");
    },
  },
  {
    task: "Which words matched at the best place?",
    run: async (r) => {
      if (!r.pointer) {
        await r.tabTo(/^(Similarity map|Map|Cosine)/i);
        return r.keys("Enter");
      }
      const hit = r.find(".cl-hit-box.cl-current");
      const box = await ((await hit.count()) > 0 ? hit : r.find(".cl-stage")).first().boundingBox();
      const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      await r.page.mouse.click(at.x, at.y);
      r.actions++;
      r.seconds += POINT;
    },
    answer: async (r) => {
      const rows = await r.find(".cl-patch-rows").innerText();
      if (!/\d/.test(rows)) throw new Error("no words are listed");
      return rows;
    },
  },
  {
    task: "Read the words around the best place.",
    needs: async (r) => (await r.find(".cl-hit").count()) > 0,
    run: async () => {},
    answer: async (r) => {
      const box = await r.find(".cl-hit-box.cl-current").boundingBox({ timeout: 1500 });
      const { y, height } = await r.find(".cl-stage").first().boundingBox();
      if (box.height < 9) throw new Error(`its print is ${box.height.toFixed(0)} px high`);
      if (box.y < y || box.y + box.height > y + height) throw new Error("it is out of sight");
      return `${box.height.toFixed(0)} px high, in sight`;
    },
  },
  {
    task: "Does anything on this page answer?",
    run: async () => {},
    answer: async (r) => {
      const nothing = r.find(".cl-nothing");
      const says = (await nothing.isVisible()) ? await nothing.innerText() : await r.text(".cl-hit-count");
      return `${await r.text(".cl-count")}; ${says}`;
    },
  },
  {
    task: "The numbers, for a spreadsheet.",
    run: async (r) => {
      if (r.pointer) {
        await r.click(r.find(".cl-btn.cl-share"));
        return r.click(r.find(".cl-menu-share .cl-share-item").filter({ has: r.page.getByText(/CSV/) }));
      }
      await r.keys("s");
      await r.upTo(/CSV/);
      await r.keys("Enter");
    },
    answer: (r) => r.text(".cl-toast"),
  },
  {
    task: "The picture for a paper, without words around it.",
    run: async (r) => {
      const got = download(r.page);
      if (r.pointer) {
        await r.click(r.find(".cl-btn.cl-share"));
        await r.click(
          r.find(".cl-menu-share .cl-share-item").filter({ has: r.page.getByText("SVG", { exact: true }) }),
        );
      } else {
        await r.keys("s");
        await r.downTo(/^SVG/);
        await r.keys("Enter");
      }
      r.file = await got;
    },
    answer: async (r) => r.file,
  },
];

const sums = new Map();
for (const kind of kinds) {
  console.log(`\n${kind}`);
  for (const [index, { task, needs, run, answer }] of TASKS.entries()) {
    for (const means of ["pointer", "keyboard"]) {
      const page = await context.newPage();
      await page.goto(pathToFileURL(join(folder, `${kind}.html`)).href);
      await page.locator(".cl-paper img").first().waitFor();
      const all = page.locator(".cl-words .cl-chip").first();
      await (means === "pointer" ? page.waitForTimeout(400) : all.focus());
      await page.waitForTimeout(200);
      const reader = new Reader(page, means);
      let says;
      let done = false;
      try {
        if (needs && !(await needs(reader))) says = "(there is no other)";
        else {
          await run(reader);
          await page.waitForTimeout(500);
          says = await answer(reader);
          done = true;
        }
      } catch (error) {
        says = `FAILED: ${error.message.split("\n")[0]}`;
      }
      const shown = String(says).replace(/\s+/g, " ").slice(0, 110);
      console.log(
        `  ${String(index + 1).padStart(2)} ${means.padEnd(8)} ${String(reader.actions).padStart(2)} ${reader.seconds.toFixed(1).padStart(5)} s  ${shown}`,
      );
      const key = `${index} ${means}`;
      const sum = sums.get(key) ?? { task, means, done: 0, of: 0, actions: 0, seconds: 0 };
      if (says !== "(there is no other)") {
        sum.of++;
        if (done) {
          sum.done++;
          sum.actions += reader.actions;
          sum.seconds += reader.seconds;
        }
      }
      sums.set(key, sum);
      await page.close();
    }
  }
}
await browser.close();

console.log("\n| task | by | done | actions | seconds |\n| --- | --- | --- | --- | --- |");
for (const { task, means, done, of, actions, seconds } of sums.values()) {
  const mean = (sum) => (done > 0 ? (sum / done).toFixed(1) : "-");
  console.log(`| ${task} | ${means} | ${done} of ${of} | ${mean(actions)} | ${mean(seconds)} |`);
}
