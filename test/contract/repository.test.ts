import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { json, read, root, trackedFiles } from "./source";

const { version, name, ...manifest } = json("package.json");
const files = trackedFiles();
const isText = (file: string) => !/\.(png|jpe?g|webp|tiff?|pdf|onnx|safetensors|bin|woff2?)$/.test(file);
const texts = files.filter((file) => isText(file) && file !== "package-lock.json");

test("the repository stands alone: no file points outside it", () => {
  const outside = new RegExp(["\\.\\./sha", "red/|/wo", "rk/(main|wt|shared|venv)"].join(""));
  expect(texts.filter((file) => outside.test(read(file) as string))).toEqual([]);
});

test("the version is stated once, in package.json", () => {
  const places = texts.filter(
    (file) =>
      /^(core|engine|kernel|src|style|tools|examples|\.ci)\/|^(pyproject\.toml|install\.json|README\.md)$/.test(
        file,
      ) && new RegExp(`(^|[^\\d.])${version.replaceAll(".", "\\.")}([^\\d.]|$)`).test(read(file) as string),
  );
  // A dependency may happen to have the same number: name it here with the reason.
  expect(places).toEqual([]);
  expect(json("package-lock.json").version).toBe(version);
  expect(read("CHANGELOG.md")).toContain(`## ${version}`);
});

test("package-lock.json is in step with package.json and names no registry", () => {
  const lock = json("package-lock.json");
  const { dependencies, devDependencies } = manifest;
  expect(lock.packages[""]).toMatchObject({ name, dependencies, devDependencies });
  const entries = Object.entries<{ resolved?: string }>(lock.packages);
  expect(entries.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
});

test("package-lock.json knows the packages of every platform", () => {
  // npm drops them when it writes a lock from a node_modules that was installed on one platform.
  const { packages } = json("package-lock.json");
  const entries = Object.entries<{ optionalDependencies?: object }>(packages);
  const missing = entries.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

test("files that the documentation names exist", () => {
  const missing = files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => {
      const text = read(file) as string;
      const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1]);
      const paths = [...text.matchAll(/`((?:\.\.?\/)[\w./-]+|(?:core|engine|kernel|src)\/[\w./-]+)`/g)].map(
        (match) => match[1],
      );
      return [...links, ...paths]
        .filter((link) => !existsSync(join(root, dirname(file), link)) && !existsSync(join(root, link)))
        .map((link) => `${file}: ${link}`);
    });
  expect(missing).toEqual([]);
});

test("every dependency has a licence that allows what this one allows", () => {
  const allowed = /MIT|Apache-2\.0|BSD|ISC|Unlicense|CC0|BlueOak|Python-2\.0|MPL-2\.0|LGPL-3\.0/;
  // MIT by their LICENSE file; their package.json has the older field "licenses" or none.
  const older = /^node_modules\/(compute-(gcd|lcm)|validate\.io-[a-z-]+|png-js)$/;
  const lock = json("package-lock.json");
  const wrong = Object.entries<{ license?: string; dev?: boolean }>(lock.packages)
    .filter(([path, { dev, license }]) => path && !dev && !allowed.test(license ?? "") && !older.test(path))
    .map(([path, { license }]) => `${path}: ${license}`);
  expect(wrong).toEqual([]);
});
