import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { buildGallery, galleryFolder } from "./build-gallery.mjs";

/**
 * The gallery, built, and a Chromium that makes the same pictures on every machine (from CHROMIUM_PATH, else
 * /usr/bin/chromium).
 * @param {string[]} flags more of Chromium's flags
 */
export async function openGallery(flags = []) {
  await buildGallery();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH || "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-lcd-text",
      ...flags,
    ],
  });
  return { browser, url: pathToFileURL(join(galleryFolder, "index.html")).href };
}
