import vm from "node:vm";
import { asPath, firstNotebook } from "../../src/lab/first-cells";

const DEFAULTS = { model: "mini", dpi: 150, view: {} };

interface Written {
  cells: { cell_type: string; id: string; source: string }[];
  metadata: { kernelspec: { name: string } };
}
const written = (files: string[], defaults = DEFAULTS) => firstNotebook(files, defaults) as Written;

/** Runs the second cell with stand-ins. @returns what the functions were called with */
async function calls(notebook: Written): Promise<Record<string, unknown[]>> {
  const made: Record<string, unknown[]> = {};
  const stub =
    (name: string) =>
    async (...args: unknown[]) => {
      made[name] = args;
    };
  const code = notebook.cells[1].source.replace(/^import .*;$/m, "");
  const run = vm.runInNewContext(`(async (loadModel, openPages) => {${code}})`) as (
    ...stubs: unknown[]
  ) => Promise<void>;
  await run(stub("loadModel"), stub("openPages"));
  return JSON.parse(JSON.stringify(made));
}

test("the first cells load the model, open the file and explain it", () => {
  const { cells, metadata } = written(["report.pdf"]);
  expect(metadata.kernelspec.name).toBe("colpali-lens");
  expect(cells.map(({ cell_type }) => cell_type)).toEqual(["markdown", "code", "code"]);
  expect(cells[1].source.split("\n")).toEqual([
    'import { explain, loadModel, openPages } from "colpali-lens";',
    "",
    'const model = await loadModel("mini");',
    'const pages = await openPages("report.pdf");',
    "pages",
  ]);
  expect(cells[2].source).toBe('const lens = await explain(model, pages, "table");\nlens');
});

test("model and resolution are those of the settings, and stand in the cell", async () => {
  const notebook = written(["a.pdf", "b.png"], { ...DEFAULTS, model: 'x/"y"', dpi: 200 });
  expect(await calls(notebook)).toEqual({
    loadModel: ['x/"y"'],
    openPages: [["a.pdf", "b.png"], { dpi: 200 }],
  });
});

const HOSTILE = [
  "it's.pdf",
  'two "quotes".pdf',
  "back\\slash\\n.pdf",
  "`$\u007bprocess.exit(1)}`.pdf",
  "new\nline.pdf",
  "*/ dropAll(); /*.pdf",
  "\u65e5\u672c\u8a9e \ud83d\udcc4 e\u0301.pdf",
  "\u202egpj.pdf",
  "a\u2028b\u2029c\u0000\ufeff.pdf",
  "\ud800.pdf",
  "../deep/er/ file .pdf",
  "</script><img src=x onerror=alert(1)>.pdf",
];

test("whatever a file is called, its name is data", async () => {
  for (const name of HOSTILE) expect(await calls(written([name]))).toMatchObject({ openPages: [name] });
  expect(await calls(written(HOSTILE))).toMatchObject({ openPages: [HOSTILE] });
  const sources = HOSTILE.map((name) => written([name]).cells[1].source);
  // Nothing that is invisible or rearranges the line, and no name in the text above the code.
  expect(sources.filter((source) => /[^\P{C}\n]|[\u2028\u2029]/u.test(source))).toEqual([]);
  expect(new Set(HOSTILE.map((name) => written([name]).cells[0].source)).size).toBe(1);
});

test("a file that is named like a home folder or an address is still a path", () => {
  expect(["~a.pdf", "http:a.pdf", "file:b.png", "c.pdf", "../~d.pdf"].map(asPath)).toEqual([
    "./~a.pdf",
    "./http:a.pdf",
    "./file:b.png",
    "c.pdf",
    "../~d.pdf",
  ]);
});

test("without a file the cell says what to put there", () => {
  expect(written([]).cells[1].source).toContain("// A PDF or a picture");
});
