import { homedir } from "node:os";
import { join } from "node:path";
import { userPath } from "../user-path.js";

/**
 * Where models and embeddings are kept: `COLPALI_LENS_CACHE`, else the platform's cache folder.
 */
export function cacheFolder(): string {
  const { COLPALI_LENS_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (COLPALI_LENS_CACHE) return userPath(COLPALI_LENS_CACHE);
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "colpali-lens");
  if (process.platform === "win32") return join(LOCALAPPDATA ?? homedir(), "colpali-lens", "Cache");
  return join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "colpali-lens");
}
