/** Finds a Chromium for the browser tests, or brings one in. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { aptInstall } from "./apt.mjs";
import { capture, root, say, Trouble } from "./report.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** @returns {Promise<string>} path of the program */
export async function chromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new Trouble(`invalid CHROMIUM_PATH: ${named}, expected the path of a Chromium or Chrome program`);
  }
  return (await installed()) ?? (await fromDebian()) ?? (await fromPlaywright());
}

async function installed() {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    for (const name of names) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return places.find(existsSync);
}

async function fromDebian() {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return undefined;
  try {
    await aptInstall({ name: "chromium", package: "chromium" });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    say("  Debian's chromium could not be installed: trying Playwright's.");
    return undefined;
  }
  return installed();
}

async function fromPlaywright() {
  const { chromium: browser } = await import("playwright-core");
  if (existsSync(browser.executablePath())) return browser.executablePath();
  const got = await capture(
    process.execPath,
    [join(root, "node_modules", "playwright-core", "cli.js"), "install", "chromium"],
    { minutes: 10 },
  );
  if (got.code === 0 && existsSync(browser.executablePath())) return browser.executablePath();
  throw new Trouble(
    "Chromium is missing: the browser tests need it, and it could not be fetched.\n" +
      "Install Chromium or Chrome, or name it: CHROMIUM_PATH=/path/to/chromium npm test",
  );
}
