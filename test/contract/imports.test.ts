import { type Import, imports, json } from "./source";

const inside = (folder: string) => (to: string) => to.startsWith(`${folder}/`);
const isFile = (to: string) => to.includes(".");
const lines = (wrong: Import[]) => wrong.map(({ from, to }) => `${from} imports ${to}`);
const core = imports("core");
const src = imports("src");
const engine = imports("engine");
const kernel = imports("kernel");

test("the reader of import lines sees them", () => {
  expect(core).toContainEqual({
    from: "core/interaction/maxsim.ts",
    to: "core/data/vocabulary.ts",
    typeOnly: true,
  });
  expect(src).toContainEqual({ from: "src/lab/plugin.ts", to: "src/lab/widget.ts", typeOnly: false });
  expect(kernel).toContainEqual({ from: "kernel/pages/pdfium.ts", to: "@embedpdf/pdfium", typeOnly: false });
  expect(kernel).toContainEqual({ from: "kernel/package.ts", to: "node:fs", typeOnly: false });
});

test("core imports itself and pure d3 modules, nothing else", () => {
  const pure = [
    "d3-array",
    "d3-color",
    "d3-contour",
    "d3-format",
    "d3-interpolate",
    "d3-path",
    "d3-scale",
    "d3-shape",
  ];
  pure.push("d3-scale-chromatic");
  expect(lines(core.filter(({ to }) => !inside("core")(to) && !pure.includes(to)))).toEqual([]);
});

test("src imports core and never the kernel or Node", () => {
  const wrong = src.filter(({ to }) => {
    if (to.startsWith("node:")) return true;
    return (
      isFile(to) && !inside("src")(to) && !inside("core")(to) && to !== "package.json" && !to.endsWith(".css")
    );
  });
  expect(lines(wrong)).toEqual([]);
});

test("the kernel imports the engine and core, and never src", () => {
  const wrong = [...engine, ...kernel].filter(
    ({ to }) => isFile(to) && !["kernel", "engine", "core"].some((folder) => inside(folder)(to)),
  );
  expect(lines(wrong)).toEqual([]);
});

test.each(["viewer"])("src/%s knows nothing of Jupyter", (folder) => {
  const wrong = src.filter(
    ({ from, to }) =>
      inside(`src/${folder}`)(from) &&
      (to.startsWith("@jupyter") ||
        to.startsWith("@lumino") ||
        (inside("src")(to) && !inside(`src/${folder}`)(to))),
  );
  expect(lines(wrong)).toEqual([]);
});

test.each(["pages", "hub", "runtime", "store"])("kernel/%s knows nothing of Jupyter", (folder) => {
  const wrong = kernel.filter(
    ({ from, to }) =>
      inside(`kernel/${folder}`)(from) &&
      (/^kernel\/(jupyter|tslab|api|widgets|main)\b/.test(to) || ["zeromq", "tslab"].includes(to)),
  );
  expect(lines(wrong)).toEqual([]);
});

test("kernel/jupyter knows nothing of models, pages and lenses", () => {
  const wrong = kernel.filter(
    ({ from, to }) =>
      inside("kernel/jupyter")(from) &&
      /^kernel\/(pages|hub|runtime|store|api|tslab)\b|^(core|engine)\//.test(to),
  );
  expect(lines(wrong)).toEqual([]);
});

test("only kernel/tslab reaches into tslab", () => {
  const wrong = [...core, ...engine, ...src, ...kernel].filter(
    ({ from, to }) => (to === "tslab" || to.startsWith("@tslab/")) && !inside("kernel/tslab")(from),
  );
  expect(lines(wrong)).toEqual([]);
});

test("what is imported at run time is a dependency", () => {
  const { dependencies } = json("package.json");
  const wrong = [...core, ...engine, ...src, ...kernel].filter(
    ({ to, typeOnly }) => !typeOnly && !isFile(to) && !to.startsWith("node:") && !(to in dependencies),
  );
  expect(lines(wrong)).toEqual([]);
});

test("a dependency that the browser does not import is not shared with JupyterLab", () => {
  const { dependencies, jupyterlab } = json("package.json");
  const used = new Set([...core, ...src].map(({ to }) => to));
  const expected = Object.keys(dependencies).filter((name) => !used.has(name));
  const missing = expected.filter((name) => jupyterlab.sharedPackages[name] !== false);
  expect(missing).toEqual([]);
});
