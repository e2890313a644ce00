/** Makes docs/attention-heads.png: `npm run build:lib && node tools/gallery/attention-heads.mjs`. */
import { fileURLToPath } from "node:url";
import { explain, loadModel, openPages } from "../../lib/kernel/index.js";

const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const [page] = await openPages(inRoot("examples/energy-report.pdf#1"));
const lens = await explain(await loadModel("mini-context"), page, "hydro winter");
lens.view.aggregate = "mean";
const [{ row, column }] = lens.best(1);
await lens.attention({ row, column });
lens.view.layout = "multiples";
await lens.save(inRoot("docs/attention-heads.png"), { width: "175mm" });
process.exit(0);
