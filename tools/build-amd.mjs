/**
 * Builds `dist/`: `index.js`, the widget as an AMD module with its styles, for hosts that load widgets from a CDN,
 * `standalone.js`, the lens of an exported page, and `anywidget.js`, the lens as an ES module for anywidget.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
// Rspack is the builder's own: one bundler, one version.
const require = createRequire(createRequire(import.meta.url).resolve("@jupyter/builder/package.json"));
const { rspack } = require("@rspack/core");

const shared = { mode: "production", context: root, devtool: false };
const path = join(root, "dist");

const compiler = rspack([
  {
    ...shared,
    // The library is the last entry.
    entry: ["./style/index.css", "./lib/src/lab/index.js"],
    output: { path, filename: "index.js", library: { type: "amd" }, publicPath: "" },
    externals: { "@jupyter-widgets/base": "amd @jupyter-widgets/base" },
    module: {
      rules: [
        {
          test: /\.css$/,
          use: [require.resolve("style-loader"), require.resolve("css-loader")],
          type: "javascript/auto",
        },
      ],
    },
  },
  {
    ...shared,
    entry: "./lib/src/page/standalone.js",
    output: { path, filename: "standalone.js", publicPath: "" },
  },
  {
    ...shared,
    entry: "./lib/src/anywidget/any-lens.js",
    output: { path, filename: "anywidget.js", library: { type: "module" }, module: true, publicPath: "" },
    experiments: { outputModule: true },
  },
]);
compiler.run((error, stats) => {
  if (error || stats?.hasErrors()) {
    console.error(error ?? stats?.toString({ all: false, errors: true }));
    process.exit(1);
  }
  for (const { assets = [] } of stats?.toJson({ assets: true }).children ?? [])
    for (const { name, size } of assets) console.log(`dist/${name}: ${Math.round(size / 1024)} kB`);
});
