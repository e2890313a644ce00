/**
 * `npm run lock`: writes package-lock.json anew after a change of dependencies, in an empty folder, so that it holds the
 * packages of every platform. Versions that still fit are kept.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run, step } from "./report.mjs";

await run(async () => {
  const folder = mkdtempSync(join(tmpdir(), "colpali-lens-lock-"));
  const files = ["package.json", "package-lock.json", ".npmrc"].filter((file) =>
    existsSync(join(root, file)),
  );
  for (const file of files) copyFileSync(join(root, file), join(folder, file));
  const args = ["install", "--prefix", folder, "--package-lock", "--package-lock-only", "--ignore-scripts"];
  const command = process.platform === "win32" ? "npm.cmd" : "npm";
  await step({ name: "lock", title: "writing package-lock.json", command, args });
  copyFileSync(join(folder, "package-lock.json"), join(root, "package-lock.json"));
  rmSync(folder, { recursive: true });
  return 0;
});
