/**
 * The lens in a plain page in Chromium: used as a person would, checked on pixels and on what a screen reader
 * gets. A file that exports `themes` runs in each of them. `node test/src/run-browser.mjs [part of a name]`; Chromium from CHROMIUM_PATH, else
 * /usr/bin/chromium. `LATE_FRAMES=100` lets every frame come so many milliseconds late, as on a busy machine: nothing may depend on it.
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openGallery } from "./chromium.mjs";
import { open } from "./page.mjs";

const here = join(dirname(fileURLToPath(import.meta.url)), "browser");
const wanted = process.argv[2] ?? "";

const { browser, url } = await openGallery();
let [passed, failed] = [0, 0];
for (const file of readdirSync(here).sort()) {
  const { default: tests, themes = ["light"] } = await import(pathToFileURL(join(here, file)).href);
  const runs = Object.entries(tests).flatMap(([name, test]) =>
    themes.map((theme) => ({ name, test, theme })),
  );
  for (const { name, test, theme } of runs) {
    const full = `${file.replace(".mjs", "")}: ${name}${themes.length > 1 ? `, ${theme}` : ""}`;
    if (!full.includes(wanted)) continue;
    const context = await browser.newContext({ viewport: { width: 1180, height: 1100 }, colorScheme: theme });
    const lens = await open(context, url);
    try {
      if (process.env.LATE_FRAMES) await lens.delayFrames(Number(process.env.LATE_FRAMES));
      await test(lens);
      if (lens.errors.length > 0) throw new Error(`errors on the page: ${lens.errors.join("; ")}`);
      passed += 1;
      console.log(`ok    ${full}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${full}\n      ${String(error.stack).split("\n").slice(0, 12).join("\n      ")}`);
    }
    await context.close();
  }
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
