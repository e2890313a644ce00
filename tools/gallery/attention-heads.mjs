/** Makes docs/attention-heads.png: `npm run build:lib && node tools/gallery/attention-heads.mjs`. */
import { fileURLToPath } from "node:url";
import { openPages } from "../../lib/kernel/index.js";
import { showHeads, valueByHeaders } from "./figures.mjs";

const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const [page] = await openPages(inRoot("examples/energy-report.pdf#1"));
const lens = await valueByHeaders(page);
await showHeads(lens);
await lens.save(inRoot("docs/attention-heads.png"), { width: "175mm" });
process.exit(0);
