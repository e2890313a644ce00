/**
 * Builds the gallery: the viewer in a plain page, without Jupyter. `node test/src/build-gallery.mjs` and open
 * test/output/gallery/index.html?list; the browser tests drive the same page.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(createRequire(import.meta.url).resolve("@jupyter/builder/package.json"));
const { rspack } = require("@rspack/core");

export const galleryFolder = join(root, "test", "output", "gallery");

const styles = readFileSync(join(root, "style", "index.css"), "utf8");
const page = (script) => `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width" />
  <title>Lens gallery</title>
  <link rel="icon" href="data:," />
  <style>
    ${styles}
    @font-face { font-family: Figure; src: url(DejaVuSans.ttf); }
    @font-face { font-family: Figure; font-weight: bold; src: url(DejaVuSans-Bold.ttf); }
    :root { --jp-ui-font-family: Figure; color-scheme: light dark; background: light-dark(#fff, #0d0f12); }
    body { margin: 8px; }
  </style>
  <main></main>
  <script src="${script}.js"></script>
</html>
`;

export async function buildGallery() {
  const compiler = rspack({
    mode: "development",
    context: root,
    entry: { gallery: "./test/src/gallery.ts", widget: "./test/src/widget-page.ts" },
    output: { path: galleryFolder, filename: "[name].js" },
    resolve: { extensions: [".ts", ".js"], extensionAlias: { ".js": [".ts", ".js"] } },
    module: {
      rules: [
        {
          test: /\.ts$/,
          loader: "builtin:swc-loader",
          options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
          type: "javascript/auto",
        },
      ],
    },
    devtool: "inline-source-map",
  });
  await new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error || stats?.hasErrors())
        reject(error ?? new Error(stats?.toString({ all: false, errors: true })));
      else resolve(undefined);
    });
  });
  mkdirSync(galleryFolder, { recursive: true });
  // The figures' font, so that pictures of the lens are the same on every machine.
  for (const font of ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"])
    copyFileSync(join(root, "style", "fonts", font), join(galleryFolder, font));
  writeFileSync(join(galleryFolder, "index.html"), page("gallery"));
  writeFileSync(join(galleryFolder, "widget.html"), page("widget"));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildGallery();
  console.log(join(galleryFolder, "index.html"));
}
