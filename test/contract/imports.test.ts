import { basename } from "node:path";
import { type Import, imports, json, trackedFiles } from "./source";

const inside = (folder: string) => (to: string) => to.startsWith(`${folder}/`);
const isFile = (to: string) => to.includes(".") && !to.startsWith("@");
const lines = (wrong: Import[]) => wrong.map(({ from, to }) => `${from} imports ${to}`);
const core = imports("core");
const engine = imports("engine");
const src = imports("src");
const kernel = imports("kernel");
const all = [...core, ...engine, ...src, ...kernel];

test("the reader of import lines sees them", () => {
  expect(core).toContainEqual({
    from: "core/interaction/maxsim.ts",
    to: "core/data/vocabulary.ts",
    typeOnly: true,
  });
  expect(src).toContainEqual({ from: "src/lab/plugin.ts", to: "src/lab/widget.ts", typeOnly: false });
  expect(engine).toContainEqual({
    from: "engine/families/qwen.ts",
    to: "engine/processing/patches.ts",
    typeOnly: false,
  });
  expect(kernel).toContainEqual({ from: "kernel/pages/pdfium.ts", to: "@embedpdf/pdfium", typeOnly: false });
  expect(kernel).toContainEqual({ from: "kernel/package.ts", to: "node:fs", typeOnly: false });
});

/** What each part may import beside itself: other parts, and packages; `null` for any package. */
const PARTS: [name: string, found: Import[], parts: string[], packages: RegExp | null][] = [
  [
    "core",
    core,
    [],
    /^(d3-(array|color|contour|format|interpolate|path|scale|scale-chromatic|shape)|valibot|fastest-levenshtein)$/,
  ],
  ["engine", engine, ["core"], /^(@huggingface\/tokenizers|@bufbuild\/protobuf|onnx-buf)$/],
  ["src", src, ["engine", "core"], /^(?!node:)/],
  ["kernel", kernel, ["engine", "core"], null],
];

test.each(PARTS)(
  "%s imports itself, what lies below it, and the packages it may",
  (name, found, parts, packages) => {
    const wrong = found.filter(({ to }) =>
      isFile(to)
        ? ![name, ...parts].some((part) => inside(part)(to)) && to !== "package.json" && !to.endsWith(".css")
        : packages !== null && !packages.test(to),
    );
    expect(lines(wrong)).toEqual([]);
  },
);

/** In one way within a part, too: each folder imports those before it only. Files beside them may be imported by all. */
const FLOORS: Record<string, string[]> = {
  core: ["data", "interaction", "view", "scene", "figure"],
  engine: ["processing", "families", "text", "graphs", "explain"],
  kernel: [
    "jupyter",
    "store",
    "runtime",
    "figures",
    "pages",
    "hub",
    "widgets",
    "tslab",
    "evaluation",
    "api",
    "python",
    "cli",
  ],
  src: ["viewer", "lab", "anywidget", "page"],
};

test.each(Object.entries(FLOORS))("the folders of %s import one way", (part, floors) => {
  const floor = (file: string) => {
    const folder = file.split("/")[1];
    return inside(part)(file) && !folder.includes(".") ? floors.indexOf(folder) : null;
  };
  const of = all.filter(({ from }) => inside(part)(from));
  expect(of.filter(({ from }) => floor(from) === -1).map(({ from }) => from)).toEqual([]);
  const wrong = of.filter(({ from, to }) => {
    const [a, b] = [floor(from), floor(to)];
    return a !== null && b !== null && b > a;
  });
  expect(lines(wrong)).toEqual([]);
});

test("no file imports itself by way of others", () => {
  const next = new Map<string, string[]>();
  for (const { from, to } of all) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" > "));
    if (path.includes(file) || done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

test("a file name is there once", () => {
  const files = trackedFiles().filter((file) => /^(core|engine|kernel|src)\/.*\.ts$/.test(file));
  // A folder's own face.
  const named = files.filter((file) => basename(file) !== "index.ts");
  const twice = named.filter((a) => named.some((b) => a !== b && basename(a) === basename(b)));
  expect(twice).toEqual([]);
});

test("src/viewer knows nothing of Jupyter", () => {
  const wrong = src.filter(
    ({ from, to }) => inside("src/viewer")(from) && (to.startsWith("@jupyter") || to.startsWith("@lumino")),
  );
  expect(lines(wrong)).toEqual([]);
});

test.each(["jupyter", "tslab", "widgets"])(
  "kernel/%s knows nothing of models, pages and lenses",
  (folder) => {
    const wrong = kernel.filter(
      ({ from, to }) =>
        inside(`kernel/${folder}`)(from) &&
        /^(core|engine)\/|^kernel\/(pages|hub|runtime|store|figures|api|cli)\//.test(to),
    );
    expect(lines(wrong)).toEqual([]);
  },
);

test("only kernel/tslab reaches into tslab, and only the wire opens sockets", () => {
  const wrong = all.filter(
    ({ from, to }) =>
      ((to === "tslab" || to.startsWith("@tslab/")) && !inside("kernel/tslab")(from)) ||
      (to === "zeromq" && !inside("kernel/jupyter")(from)),
  );
  expect(lines(wrong)).toEqual([]);
});

test("what is imported at run time is a dependency, or comes with JupyterLab", () => {
  const { dependencies, jupyterlab } = json("package.json");
  const isHosts = ({ from, to }: Import) =>
    inside("src/lab")(from) && jupyterlab.sharedPackages[to]?.bundled === false;
  const wrong = all.filter(
    (line) =>
      !line.typeOnly &&
      !isFile(line.to) &&
      !line.to.startsWith("node:") &&
      !(line.to in dependencies) &&
      !isHosts(line),
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
