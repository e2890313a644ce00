import { closeSync, openSync, readSync, statSync } from "node:fs";

/** What a file is instead of a model's, and what to do about it. */
export interface Mistaken {
  what: string;
  remedy: string;
}

const EXPORT = "export the checkpoint with tools/export";
const AGAIN = "download the file itself, not the page about it";

/** By how a file begins. What git leaves in place of a large file, what servers send instead of one, weights of other kinds. */
const KINDS: readonly (Mistaken & { begins: RegExp | readonly string[] })[] = [
  {
    begins: /^version https:\/\/git-lfs\.github\.com\//,
    what: "a Git LFS pointer, not the file that it points to",
    remedy: "run `git lfs pull` in the folder, or download the file",
  },
  {
    begins: /^(\.\.\/)*(\.git)?\/annex\/objects\//,
    what: "a git-annex pointer, not the file that it points to",
    remedy: "run `git annex get` in the folder, or download the file",
  },
  {
    begins: /^\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b/is,
    what: "a web page (HTML)",
    remedy: AGAIN,
  },
  {
    begins: /^\s*<(\?xml|error)\b/i,
    what: "a server's answer (XML)",
    remedy: "its link may have expired, download the file again",
  },
  { begins: /^\s*\{\s*"/, what: "JSON text", remedy: AGAIN },
  { begins: /^.{7}\0\{\s*"/s, what: "PyTorch weights (safetensors), not a graph", remedy: EXPORT },
  {
    begins: ["\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05"],
    what: "a PyTorch checkpoint (pickle), not a graph",
    remedy: EXPORT,
  },
  {
    begins: ["PK\x03\x04"],
    what: "a PyTorch checkpoint or another zip archive, not a graph",
    remedy: EXPORT,
  },
  { begins: ["GGUF"], what: "weights for llama.cpp (GGUF), not a graph", remedy: EXPORT },
  { begins: ["\x89HDF"], what: "weights of Keras (HDF5), not a graph", remedy: EXPORT },
  { begins: ["\x1f\x8b", "BZh", "\xfd7zXZ", "\x28\xb5\x2f\xfd"], what: "a packed file", remedy: "unpack it" },
];

/** Looks at a file that cannot be read as what it should be. @returns null where it is nothing that is known */
export function mistaken(path: string): Mistaken | null {
  const info = statSync(path);
  if (info.isDirectory()) return { what: "a folder", remedy: "copy or download the file" };
  if (info.size === 0) return { what: "empty (0 bytes)", remedy: "copy or download it again" };
  const head = Buffer.alloc(512);
  const fd = openSync(path, "r");
  try {
    const begin = head.toString("latin1", 0, readSync(fd, head, 0, head.length, 0));
    return (
      KINDS.find(({ begins }) =>
        begins instanceof RegExp ? begins.test(begin) : begins.some((text) => begin.startsWith(text)),
      ) ?? null
    );
  } finally {
    closeSync(fd);
  }
}
