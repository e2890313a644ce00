import { join } from "node:path";
import ts from "typescript";

const file = join(__dirname, "notebook.ts");

/** What a cell may write, and, where a line ends with `// no`, what its types refuse. */
const cell = `
import { Dropdown, HBox, IntSlider, Layout, interactive, jslink, Label, Output, SliderStyle, Text, ToggleButtons, dlink } from "../../kernel/widgets/index.js";

const slider = new IntSlider({ value: 1, max: 5, layout: { width: "3em" }, style: { handle_color: null } });
const doubled: number = slider.value * 2;
slider.value = doubled;
slider.value = "3"; // no
slider.orientation = "vertical";
slider.orientation = "diagonal"; // no
const layout: Layout = slider.layout;
layout.grid_template_columns = "1fr 1fr";
const style: SliderStyle = slider.style;
slider.on("change:value", (value, old) => value.toFixed(old));
slider.on("change:layout", (value) => value.width);
slider.on("change:nothing", () => 0); // no
slider.observe(({ new: now, owner }) => now.toFixed(owner.max), "value");
slider.set({ min: 1, description: "d" });
slider.set({ minimum: 1 }); // no
new IntSlider({ valeu: 1 }); // no
new IntSlider(4, { max: 9 });
new HBox([slider, new Text("a")], { box_style: "info" });
new HBox([1]); // no
new Label(4); // no
const list = new Dropdown({ options: [1, 2, 3], value: 2 });
const chosen: number | null = list.value;
new ToggleButtons({ options: [["a", 1], ["b", 2]] }).value?.toFixed();
new Dropdown({ options: { a: true } }).value === true;
new Dropdown({ value: 1 }); // no
jslink([slider, "value"], [list, "index"]);
jslink([slider, "valeu"], [list, "index"]); // no
dlink([slider, "value"], [new Label(), "value"], (n) => n.toFixed(1));
dlink([slider, "value"], [new Label(), "value"], (n) => n.length); // no
const text: string = new Output().capture(() => "text");
interactive(({ n, on, s, w }) => [n.toFixed(), on === true, s.trim(), w.toFixed(), style, chosen, text], { n: [0, 9], on: true, s: "x", w: slider });
interactive(({ q }) => q.trim(), { q: 1 }); // no
interactive(({ x }) => x === 1, { x: [0, 5] });
interactive(({ x }) => x === 0.1, { x: [0, 1, 0.25] });
interactive(({ x }) => x === 7, { x: [0, 5] as const });
interactive(({ x }) => x === 7, { x: [0, 5] as [number, number] });
interactive(({ x }) => x === 7, { x: [1, 2, 3] as number[] });
interactive(({ x }) => x === 7, { x: 5 as const });
interactive(({ x }) => x === "7", { x: [0, 5] }); // no
interactive(({ x }) => x === true, { x: false });
interactive(({ x }) => x === "b", { x: "a" });
interactive(({ x }) => x === "b", { x: ["a", "b"] });
interactive(({ x }) => x === "c", { x: ["a", "b"] }); // no
interactive(({ x }) => x === "c", { x: ["a", "b"] as string[] });
interactive(({ x }) => x === 4, { x: [1, 2, 3, 4] });
interactive(({ x }) => x === 5, { x: [1, 2, 3, 4] }); // no
interactive(({ x }) => x === "a" || x === 1, { x: ["a", 1] });
interactive(({ x }) => x === false, { x: [true, false] });
interactive(({ x }) => x.toFixed(), { x: [["one", 1], ["two", 2]] });
interactive(({ x }) => x === "one", { x: [["one", 1], ["two", 2]] }); // no
interactive(({ x }) => x.toFixed(), { x: [["one", 1]] as [string, number][] });
interactive(({ x }) => x.a.toFixed(), { x: [{ a: 1 }, { a: 2 }] });
interactive(({ x }) => x.toFixed(), { x: { one: 1, two: 2 } });
interactive(({ x }) => x === 3, { x: { one: 1, two: 2 } }); // no
interactive(({ x }) => x === 3, { x: { one: 1 } as Record<string, number> });
interactive(({ x }) => x?.toFixed(), { x: new Dropdown({ options: [1, 2] }) });
interactive(({ x }) => x.length, { x: new Text("a") });
const controls = { n: [0, 10], kind: ["a", "b"], on: true } as const;
interactive(({ n, kind, on }) => n === 3 && kind === "b" && on === false, controls);
interactive(({ y }) => y, { x: 1 }); // no
interactive(({ x }) => x, { x: null }); // no
slider.observe(({ new: now }) => now.toFixed(), ["min", "max"]);
slider.observe((change) => change.new, "valeu"); // no
slider.observe("value", (change) => change.new); // no
slider.unobserve(() => 0, "valeu"); // no
slider.on("value", () => 0); // no
`;

test("the types of controls accept what is right and refuse what is not", () => {
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: ["node"] },
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, cell, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  if (!source) throw new Error("the cell is not compiled");
  const refused = program
    .getSemanticDiagnostics(source)
    .map(({ start = 0 }) => source.getLineAndCharacterOfPosition(start).line);
  const marked = cell.split("\n").flatMap((line, i) => (line.endsWith("// no") ? [i] : []));
  expect([...new Set(refused)].map((i) => cell.split("\n")[i])).toEqual(
    marked.map((i) => cell.split("\n")[i]),
  );
}, 60_000);
