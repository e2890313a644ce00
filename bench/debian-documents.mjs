/**
 * Documents that nobody here wrote: PDFs of the Debian packages that training/mini/sources.tsv pins by version and hash. They
 * lie where the training keeps them, and what is missing is fetched with apt-get and dpkg-deb, which need no root.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { capture, root } from "../tools/report.mjs";

/** Where the training keeps what it makes. */
export const work = process.env.COLPALI_LENS_TRAINING || join(homedir(), "colpali-lens-training");
const pinned = readFileSync(join(root, "training", "mini", "sources.tsv"), "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split("\t"));

/** Where benches keep what they make. */
export const benchFolder = join(root, ".cache", "bench");

const debs = join(work, "debs");

/** Where packages lie unpacked, by the paths that they have in them. */
export const sources = join(work, "sources");

/**
 * @param {string[]} packages names in sources.tsv
 * @returns {Promise<string>} the folder into which they are unpacked
 */
export async function unpacked(packages) {
  for (const folder of [debs, sources]) mkdirSync(folder, { recursive: true });
  for (const wanted of packages) {
    const [name, version, sha256] = pinned.find(([name]) => name === wanted) ?? [];
    if (!name) throw new RangeError(`invalid package: ${wanted}, expected one of training/mini/sources.tsv`);
    if (debOf(name, sha256) && existsSync(join(sources, "usr", "share", "doc", name))) continue;
    if (!debOf(name, sha256)) await done("apt-get", ["download", `${name}=${version}`], debs);
    if (!debOf(name, sha256)) throw new Error(`invalid package ${name}: no file with sha256 ${sha256}`);
    await done("dpkg-deb", ["-x", debOf(name, sha256), sources]);
  }
  return sources;
}

/** @returns {Promise<[string, string][]>} of every PDF of these packages its path in the package, and the path of a plain copy */
export async function pdfsOf(packages) {
  await unpacked(packages);
  const all = [];
  for (const wanted of packages) {
    const [name, , sha256] = pinned.find(([name]) => name === wanted);
    const listing = await done("dpkg-deb", ["-c", debOf(name, sha256)]);
    for (const [, path] of listing.matchAll(/ \.\/(\S+\.pdf(?:\.gz)?)$/gm)) all.push(path);
  }
  return all.map((path) => [path, plainPdf(join(sources, path))]);
}

function debOf(name, sha256) {
  return readdirSync(debs)
    .filter((file) => file.startsWith(`${name}_`))
    .map((file) => join(debs, file))
    .find((file) => createHash("sha256").update(readFileSync(file)).digest("hex") === sha256);
}

async function done(command, args, cwd) {
  const { code, output } = await capture(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${output.slice(-500)}`);
  return output;
}

/** @returns {string} the path of the same PDF, not compressed */
export function plainPdf(path) {
  if (!path.endsWith(".gz")) return path;
  const plain = join(benchFolder, relative(sources, path).slice(0, -".gz".length));
  mkdirSync(dirname(plain), { recursive: true });
  if (!existsSync(plain)) {
    // Whole or not at all: another bench may be reading it.
    writeFileSync(`${plain}.${process.pid}`, gunzipSync(readFileSync(path)));
    renameSync(`${plain}.${process.pid}`, plain);
  }
  return plain;
}
