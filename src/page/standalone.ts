/** Entry of `dist/standalone.js`: the lens of an exported page, which has no kernel and no network. */
import { unpackLens } from "../../core/index.js";
import { createLens } from "../viewer/index.js";

const main = document.querySelector("main") as HTMLElement;
const json = document.querySelector('script[type="application/json"]')?.textContent ?? "";
try {
  createLens(main, unpackLens(json), { onView() {} });
} catch (error) {
  main.textContent = `This lens cannot be shown: ${(error as Error).message}`;
}
