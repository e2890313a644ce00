import { homedir } from "node:os";
import { join, sep } from "node:path";

/** A path as a person writes it: `~` in front is the home folder, as in a shell. */
export function userPath(path: string): string {
  const isHome = path === "~" || path.startsWith("~/") || path.startsWith(`~${sep}`);
  return isHome ? join(homedir(), path.slice(1)) : path;
}
