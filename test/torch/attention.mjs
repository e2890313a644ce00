// Prints what the TypeScript lens says of a golden checkpoint's attention: `node attention.mjs FAMILY PICTURE QUERY ROW COLUMN`.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { explain, loadModel, openPages } from "../../lib/kernel/index.js";

const golden = fileURLToPath(new URL("../fixtures/golden/", import.meta.url));
const [family, picture, query, ...place] = process.argv.slice(2);
const [row, column] = place.map(Number);

const model = await loadModel(join(golden, family), { cacheDir: null, provider: "cpu" });
const lens = await explain(model, await openPages(picture), query, {
  baseline: false,
});
const told = (map) => ({ map: [...map.data], off: Object.values(map.offPage), note: map.note });
const causal = { overUniform: true };
const answers = {
  last: told(await lens.attention({ row, column })),
  rollout: told(await lens.attention({ row, column }, { rollout: true })),
  tower: told(await lens.attention({ row, column }, { stage: "tower", layer: 0, head: 1 })),
  received: told(await lens.attentionReceived({ stage: "tower" })),
  word: told(await lens.attention(lens.words[0].text)),
  uniform: family.startsWith("colqwen") ? told(await lens.attention({ row, column }, causal)) : null,
  sinks: lens.state.data.results[lens.state.view.result].attention.map(({ stage, row, column, layers }) => [
    stage,
    row,
    column,
    layers.map(({ sinks }) => sinks),
  ]),
};
console.log(JSON.stringify(answers));
await model.dispose();
