import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

export const root = join(__dirname, "..", "..");

/** Files that git knows, and new ones that it does not ignore, relative to the root, with "/". */
export function trackedFiles(): string[] {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  return [...new Set(list.toString().split("\0"))].filter(Boolean).filter((file) => read(file) !== null);
}

/** A file's text; null when it is gone. */
export function read(file: string): string | null {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return null;
  }
}

export const json = (file: string) => JSON.parse(read(file) as string);

export interface Import {
  /** The file that imports. */
  from: string;
  /** A package name, "node:…", or the imported file relative to the root. */
  to: string;
  typeOnly: boolean;
}

const STATEMENT =
  /(?:^|[;\n}])\s*(?:import|export)\s+(type\s)?(?:[^"'`;]*?\sfrom\s*)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;

/** Every import of the TypeScript files below a folder. */
export function imports(folder: string): Import[] {
  return trackedFiles()
    .filter((file) => file.startsWith(`${folder}/`) && file.endsWith(".ts"))
    .flatMap((from) =>
      [...(read(from) as string).matchAll(STATEMENT)].map(([, type, fixed, dynamic]) => {
        const name = fixed ?? dynamic;
        const to = name.startsWith(".")
          ? posix.join(dirname(from), name).replace(/\.js$/, ".ts")
          : packageOf(name);
        return { from, to, typeOnly: type !== undefined };
      }),
    );
}

function packageOf(name: string): string {
  if (name.startsWith("node:")) return name;
  return name.split("/", name.startsWith("@") ? 2 : 1).join("/");
}
