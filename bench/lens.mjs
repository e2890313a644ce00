/**
 * How fast the lens follows a person, in Chromium on this machine: `node bench/lens.mjs`. Times are milliseconds
 * from the event to the frame that shows it; the browser's limit of frames a second is off. A bare frame (one
 * changed word) is measured beside, because it depends on the machine: the ratios are what to compare.
 */

import { openGallery } from "../test/src/chromium.mjs";

const flags = ["--disable-frame-rate-limit", "--disable-gpu-vsync", "--enable-precise-memory-info"];
const { browser, url } = await openGallery(flags);
const page = await browser.newPage({ viewport: { width: 1180, height: 1000 } });
await page.goto(url);

/** Runs in the page. */
function measure(kind) {
  const chips = Array.from(document.querySelectorAll(".cl-chip"));
  const stage = document.querySelector(".cl-stage");
  const box = document.querySelector(".cl-stage .cl-paper").getBoundingClientRect();
  const pointer = (type, x, y) =>
    new PointerEvent(type, { bubbles: true, clientX: x, clientY: y, pointerType: "mouse", pointerId: 1 });
  const acts = {
    "bare frame": (i) => {
      document.querySelector(".cl-finding").textContent = `frame ${i}`;
    },
    "token switch": (i) => chips[i % chips.length].click(),
    "token preview": (i) => chips[i % chips.length].dispatchEvent(pointer("pointerenter", 0, 0)),
    "hover read-out": (i) =>
      stage.dispatchEvent(
        pointer(
          "pointermove",
          box.left + ((i * 37) % 97) * (box.width / 97),
          box.top + ((i * 53) % 89) * (box.height / 89),
        ),
      ),
    opacity: (i) => window.gallery.setView({ color: { opacity: 0.3 + (i % 7) / 10 } }),
    "smooth cells": (i) => window.gallery.setView({ cells: "smooth", token: i % 40 }),
    "all 40 small maps": (i) =>
      window.gallery.setView({ layout: "multiples", color: { opacity: 0.3 + (i % 7) / 10 } }),
  };
  const painted = () =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(null);
      });
    });
  return (async () => {
    const [script, frame] = [[], []];
    for (let i = 0; i < 220; i++) {
      const began = performance.now();
      acts[kind](i);
      const acted = performance.now();
      const shown = await painted();
      if (i < 20) continue;
      script.push(acted - began);
      frame.push(shown - began);
    }
    const at = (list, p) => list.sort((a, b) => a - b)[Math.floor(p * (list.length - 1))];
    return { script: at(script, 0.5), median: at(frame, 0.5), p95: at(frame, 0.95) };
  })();
}

console.log("64 x 64 patches, 40 tokens, 200 repeats\n");
console.log(
  `${"".padEnd(20)}${"script".padStart(8)}${"to frame".padStart(10)}${"p95".padStart(8)}${"x bare".padStart(8)}`,
);
let bare = 1;
for (const kind of [
  "bare frame",
  "token switch",
  "token preview",
  "hover read-out",
  "opacity",
  "smooth cells",
  "all 40 small maps",
]) {
  await page.evaluate(() => window.gallery.open("grid 64 x 64"));
  await page.waitForTimeout(300);
  const { script, median, p95 } = await page.evaluate(measure, kind);
  if (kind === "bare frame") bare = median;
  const cells = [script, median, p95, median / bare].map((v) => v.toFixed(2));
  console.log(
    `${kind.padEnd(20)}${cells[0].padStart(8)}${cells[1].padStart(10)}${cells[2].padStart(8)}${cells[3].padStart(8)}`,
  );
}

/** A hundred lenses below each other, scrolled through by a screen at a time. Runs in the page. */
async function scrollHundred() {
  const frame = () =>
    new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
  const began = performance.now();
  await window.gallery.openMany("grid 7 x 5", 100);
  await frame();
  const mounted = performance.now() - began;
  const frames = [];
  for (let y = 0; y < document.documentElement.scrollHeight; y += 400) {
    const start = performance.now();
    window.scrollTo(0, y);
    frames.push((await frame()) - start);
  }
  frames.sort((a, b) => a - b);
  return {
    mounted,
    median: frames[frames.length >> 1],
    p95: frames[Math.floor(0.95 * frames.length)],
    most: frames.at(-1),
  };
}

const { mounted, median, p95, most } = await page.evaluate(scrollHundred);
const whole = (v) => Math.round(v);
console.log(
  `\n100 lenses on a page: opened in ${whole(mounted)} ms; scrolling by 400 px a frame: median ${median.toFixed(1)}, p95 ${p95.toFixed(1)}, longest ${whole(most)} ms`,
);
await browser.close();
