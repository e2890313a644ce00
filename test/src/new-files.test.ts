import type { Contents } from "@jupyterlab/services";
import { writeNew } from "../../src/lab/new-files";

/** A server's files, as far as they matter here. */
function server(files: Record<string, unknown>) {
  let count = 0;
  const contents = {
    async newUntitled({ path = "", ext = "" }) {
      const name = `untitled${count++}${ext}`;
      const made = path ? `${path}/${name}` : name;
      files[made] = null;
      return { path: made, name };
    },
    async save(path: string, { content }: { content: unknown }) {
      files[path] = content;
      return { path };
    },
    async rename(from: string, to: string) {
      if (to in files) throw Object.assign(new Error("there is one"), { response: { status: 409 } });
      files[to] = files[from];
      delete files[from];
      return { path: to };
    },
  };
  return contents as unknown as Contents.IManager;
}

const content = { type: "notebook", format: "json", content: "new" } as const;

test("a name that is taken gets a number before its ending; what is there stays", async () => {
  const files: Record<string, unknown> = { "a/lens.ipynb": "mine", "a/lens-1.ipynb": "mine, too" };
  const contents = server(files);
  expect(await writeNew(contents, "a", "lens.ipynb", content)).toBe("a/lens-2.ipynb");
  expect(await writeNew(contents, "", "lens.ipynb", content)).toBe("lens.ipynb");
  expect(await writeNew(contents, "", "v1.2.tar.ipynb", content)).toBe("v1.2.tar.ipynb");
  expect(files).toEqual({
    "a/lens.ipynb": "mine",
    "a/lens-1.ipynb": "mine, too",
    "a/lens-2.ipynb": "new",
    "lens.ipynb": "new",
    "v1.2.tar.ipynb": "new",
  });
});

test("another refusal of the server is told", async () => {
  const contents = server({});
  contents.rename = async () => {
    throw Object.assign(new Error("no permission"), { response: { status: 403 } });
  };
  await expect(writeNew(contents, "", "lens.ipynb", content)).rejects.toThrow("no permission");
});
