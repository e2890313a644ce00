import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/report.mjs";

/** A fenced block of a Markdown file, with the number of its first line of code. */
const FENCED = /^( *)```(\w+)[^\n]*\n(.*?)^\1```/gms;

/** Blocks in the languages `ts` and `sh` of every Markdown file of the repository that has some, in order. */
export function codeBlocks() {
  const listed = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" });
  const files = listed.trim().split("\n");
  return files
    .map((file) => ({ file, blocks: blocksOf(file, readFileSync(join(root, file), "utf8")) }))
    .filter(({ blocks }) => blocks.length > 0);
}

/** @returns {{file: string, line: number, language: "ts" | "sh", code: string}[]} */
export function blocksOf(file, text) {
  return [...text.matchAll(FENCED)].flatMap(({ index, 2: language, 3: code }) => {
    const line = text.slice(0, index).split("\n").length + 1;
    const kind = { ts: "ts", typescript: "ts", sh: "sh", bash: "sh", shell: "sh" }[language];
    return kind ? [{ file, line, language: kind, code }] : [];
  });
}
