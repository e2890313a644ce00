import type { Contents } from "@jupyterlab/services";

/** What is written of a file. */
export type FileContent = Pick<Contents.IModel, "type" | "format" | "content">;

/** More copies of a name than that are nobody's wish. */
const MOST = 1000;

/**
 * Writes a file under a name that is free: `name`, else with a number before its ending. Nothing is overwritten, also when
 * another program takes the name meanwhile.
 * @param folder of the server
 * @returns its path
 */
export async function writeNew(
  contents: Contents.IManager,
  folder: string,
  name: string,
  content: FileContent,
): Promise<string> {
  const [, stem, ending] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? ["", name, ""];
  const type = content.type === "notebook" ? "notebook" : "file";
  const made = await contents.newUntitled({ path: folder, type, ext: ending ?? "" });
  await contents.save(made.path, content);
  const beside = made.path.slice(0, made.path.length - made.name.length);
  for (let n = 0; n < MOST; n++) {
    try {
      const named = `${stem}${n === 0 ? "" : `-${n}`}${ending ?? ""}`;
      return (await contents.rename(made.path, `${beside}${named}`)).path;
    } catch (error) {
      // 409: there is a file of that name.
      if ((error as { response?: Response }).response?.status !== 409) throw error;
    }
  }
  return made.path;
}
