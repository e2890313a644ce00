/** The figures of the gallery: one of each kind, on the pages of the example document, made with `mini` and `mini-context`. */
import { fileURLToPath } from "node:url";
import { changeView, defaultView } from "../../lib/core/index.js";
import { explain, loadModel, openPages } from "../../lib/kernel/index.js";

const report = fileURLToPath(new URL("../../examples/energy-report.pdf", import.meta.url));

/**
 * @returns {Promise<{name: string, says: string, state: import("../../lib/core/index.js").LensState,
 *   options?: import("../../lib/core/index.js").FigureOptions}[]>} each with how it is saved, where that is not the default
 */
export async function kinds() {
  const model = await loadModel("mini");
  const pages = await openPages(report);
  const upright = await explain(model, pages[0], "battery beside the harbour");
  const two = await explain(model, [pages[0], pages[1]], "wind and solar");
  const across = await explain(model, pages[2], "spare submarine cable");
  const queries = await explain(model, pages[0], "diesel engine");
  await queries.ask("diesel generation in winter");
  const strange = await explain(model, pages[0], "Wärme 電力 요금 كهرباء ไฟฟ้า");
  const seen = (name, says, { state }, view = {}) => {
    const { data } = state;
    return { name, says, state: { ...state, view: changeView(data, defaultView(data), view) } };
  };
  const second = ({ results }) => results[1].key;
  const context = await valueByHeaders(pages[0]);
  const value = context.state;
  await showHeads(context);
  const heads = context.state;
  context.view.layout = "single";
  const attention = context.state;
  return [
    seen("A query", "the highest cosine over all words", upright),
    {
      ...seen("For a column", "85 mm wide, without its caption: that is the paper's own", upright),
      options: { width: "85mm", caption: false },
    },
    seen("A word", "with its five best patches", upright, { word: 0, marks: { best: 5 } }),
    seen("A page across", "the panel stands below", across, { word: 1 }),
    seen("MaxSim winners", "only the cells that count in the score", upright, {
      aggregate: "winner",
      marks: { best: 4 },
    }),
    seen("Smooth, with contours", "interpolated for display only", across, {
      word: 2,
      cells: "smooth",
      marks: { contours: 4 },
      color: { palette: "mako" },
    }),
    seen("Outline", "the page itself stays untouched", across, {
      word: 1,
      color: { blend: "outline", threshold: 0.3 },
    }),
    seen("Multiplied", "light palettes darken the page", upright, {
      word: 0,
      color: { blend: "multiply", palette: "YlOrRd", scale: "token" },
    }),
    seen("A region", "chosen with the pointer or from a cell", across, {
      word: 0,
      region: { row: 8, column: 8, rows: 10, columns: 20 },
    }),
    seen("Two queries", "A beside B on one scale", queries, { compare: second(queries) }),
    seen("A difference", "A minus B, symmetric about 0", queries, {
      compare: second(queries),
      difference: true,
    }),
    seen("Two pages", "the same word on another page", two, { word: 0, compare: second(two) }),
    seen("Small multiples", "a map for each word", upright, { layout: "multiples" }),
    { name: "Row and column", says: "the value that both name, with context", state: value },
    { name: "Attention", says: "what the patch of that value looked at", state: attention },
    { name: "Heads", says: "a map for each head", state: heads },
    seen("Many scripts", "what no font has is a box with its code", strange, { color: { opacity: 0.6 } }),
  ];
}

/** A lens with a value of the table that is asked for by its row and its column. */
export async function valueByHeaders(page) {
  const lens = await explain(await loadModel("mini-context"), page, "hydro winter");
  lens.view.aggregate = "mean";
  return lens;
}

/** What the value's patch looked at, head by head. */
export async function showHeads(lens) {
  const [{ row, column }] = lens.best(1);
  await lens.attention({ row, column });
  lens.view.layout = "multiples";
}
