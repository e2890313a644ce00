import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/report.mjs";
import { python } from "../../tools/setup.mjs";
import { pdfWords } from "../browser/pdf-words.mjs";

const path = join(root, "examples", "energy-report.pdf");

test("the script writes the example document, byte for byte", () => {
  const made = execFileSync(python, [join(root, "tools", "example-pdf", "make.py"), "--stdout"]);
  assert.ok(
    made.equals(readFileSync(path)),
    "examples/energy-report.pdf differs: run tools/example-pdf/make.py",
  );
});

test("the example document has portrait pages and a landscape page, with the words where they are printed", async () => {
  const pages = await pdfWords(path);
  assert.deepEqual(
    pages.map(({ width, height }) => (width > height ? "landscape" : "portrait")),
    ["portrait", "portrait", "landscape", "portrait"],
  );
  const battery = pages[0].words.find((word) => word.text === "battery");
  assert.ok(battery, "no word battery on page 1");
  assert.ok(
    battery.x > 62 && battery.x + battery.width < 533,
    `battery is outside the margins: ${battery.x}`,
  );
  // reportlab's own baseline for the third line of the first paragraph, plus or minus a line
  assert.ok(Math.abs(battery.y - 196) < 17, `battery stands at ${battery.y} points from the top`);
});
