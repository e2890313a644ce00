import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

/**
 * Reviewed pictures of the main states. A change shows as a failure with the new picture under test/output/looks;
 * after a look at it, `UPDATE_LOOKS=1 node test/src/run-browser.mjs looks` takes it over.
 */
const here = dirname(fileURLToPath(import.meta.url));
const references = join(here, "..", "looks");
const output = join(here, "..", "..", "output", "looks");

/** Of all pixels, how many may differ by more than antialiasing does. */
const TOLERANCE = 0.01;

async function raw(picture) {
  return sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
}

async function differing(a, b) {
  const [one, two] = [await raw(a), await raw(b)];
  if (one.info.width !== two.info.width || one.info.height !== two.info.height) return 1;
  let count = 0;
  for (let i = 0; i < one.data.length; i += 3)
    if ([0, 1, 2].some((k) => Math.abs(one.data[i + k] - two.data[i + k]) > 48)) count++;
  return (3 * count) / one.data.length;
}

export default {
  async "the main states look as reviewed, in light and dark"(lens) {
    const looks = await lens.page.evaluate(() => window.gallery.looks);
    assert.ok(Object.keys(looks).length >= 10);
    const changed = [];
    const both = Object.entries(looks).flatMap(([name, look]) => [
      { name, ...look, theme: "light" },
      { name: `${name}, dark`, ...look, theme: "dark" },
    ]);
    for (const { name, state, view, pointer, width = 1000, theme } of both) {
      await lens.page.emulateMedia({ colorScheme: theme });
      await lens.page.setViewportSize({ width, height: 900 });
      await lens.leave();
      await lens.openAtRest(state, view);
      if (pointer) await lens.point(...pointer);
      const shot = await lens.page.locator(".cl-lens").screenshot();
      const file = `${name.replace(/\W+/g, "-")}.png`;
      if (process.env.UPDATE_LOOKS) {
        mkdirSync(references, { recursive: true });
        writeFileSync(
          join(references, file),
          await sharp(shot).png({ palette: true, effort: 10 }).toBuffer(),
        );
        continue;
      }
      const part = existsSync(join(references, file)) ? await differing(shot, join(references, file)) : 1;
      if (part <= TOLERANCE) continue;
      mkdirSync(output, { recursive: true });
      writeFileSync(join(output, file), shot);
      changed.push(`${name}: ${(100 * part).toFixed(1)} % of the pixels, see ${join(output, file)}`);
    }
    assert.deepEqual(changed, []);
  },
};
