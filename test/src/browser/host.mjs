import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hottest, spread } from "../page.mjs";

const amd = readFileSync(new URL("../../../dist/index.js", import.meta.url), "utf8");
const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

/**
 * A page as a static host makes it: widget state and view in script elements, modules loaded by an AMD loader from
 * `package@version/dist/index.js`, as html-manager asks for them. Runs in the page.
 */
async function showSaved() {
  const modules = new Map([["@jupyter-widgets/base", window.widget.base]]);
  let defined = null;
  window.define = (names, factory) => {
    defined = factory(...names.map((name) => modules.get(name)));
  };
  window.define.amd = {};
  const load = (name, version) =>
    new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = `https://cdn.test/npm/${name}@${version}/dist/index.js`;
      script.onload = () => done(defined);
      script.onerror = () => fail(new Error(`no ${script.src}`));
      document.head.append(script);
    });
  const read = (type) =>
    JSON.parse(
      document.querySelector(`script[type="application/vnd.jupyter.widget-${type}+json"]`).textContent,
    );
  const { state: models } = read("state");
  const { model_id } = read("view");
  const { model_module, model_module_version } = models[model_id];
  const classes = await load(model_module, model_module_version);
  const manager = { callbacks: () => ({}), get_model: (id) => made(id) };
  const made = async (id) => {
    const { model_name, state, buffers } = models[id];
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      let at = state;
      for (const key of path.slice(0, -1)) at = at[key];
      at[path.at(-1)] = new DataView(bytes.buffer);
    }
    const Model = classes[model_name];
    const given = await Model._deserialize_state(state, manager);
    return new Model(given, { model_id: id, widget_manager: manager });
  };
  const model = await made(model_id);
  const view = new classes[model.get("_view_name")]({ model, options: {} });
  view.render();
  document.querySelector("main").replaceChildren(view.el);
}

export default {
  async "dist/index.js shows a saved lens in a bare page with an AMD loader, without a kernel"(lens) {
    const { page } = lens;
    const asked = [];
    await page.route("https://cdn.test/**", (route) => {
      asked.push(decodeURIComponent(new URL(route.request().url()).pathname));
      return route.fulfill({ contentType: "text/javascript", body: amd });
    });
    await page.goto(page.url().replace(/index\.html.*/, "widget.html"));
    const saved = await page.evaluate(() => window.widget.savedNotebookState("grid 2 x 3"));
    await page.evaluate(([state, view]) => {
      document.querySelector("style").remove();
      for (const [type, json] of [
        ["state", state],
        ["view", view],
      ]) {
        const script = document.createElement("script");
        script.type = `application/vnd.jupyter.widget-${type}+json`;
        script.textContent = JSON.stringify(json);
        document.body.append(script);
      }
    }, saved);
    await page.evaluate(showSaved);
    await page.waitForFunction(() => Array.from(document.images).every((i) => i.complete));
    await spread(page);
    assert.deepEqual(asked, [`/npm/${manifest.name}@^${manifest.version}/dist/index.js`]);
    for (const word of [0, 4]) {
      await lens.chip(`word${word}`).click();
      await lens.leave();
      assert.equal(hottest(await lens.cells(2, 3)), word);
    }
    assert.equal(await page.getByRole("button", { name: "Ask" }).isDisabled(), true);
    assert.equal(await page.locator(".cl-main").evaluate((e) => getComputedStyle(e).display), "grid");
  },
};
