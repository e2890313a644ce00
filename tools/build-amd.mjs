/** Builds `dist/index.js`: the widget as an AMD module with its styles, for hosts that load widgets from a CDN. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
// Rspack is the builder's own: one bundler, one version.
const require = createRequire(createRequire(import.meta.url).resolve("@jupyter/builder/package.json"));
const { rspack } = require("@rspack/core");

const compiler = rspack({
  mode: "production",
  context: root,
  // The library is the last entry.
  entry: ["./style/index.css", "./lib/src/index.js"],
  output: { path: join(root, "dist"), filename: "index.js", library: { type: "amd" }, publicPath: "" },
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
  devtool: false,
});
compiler.run((error, stats) => {
  if (error || stats?.hasErrors()) {
    console.error(error ?? stats?.toString({ all: false, errors: true }));
    process.exit(1);
  }
  const [asset] = stats?.toJson({ assets: true }).assets ?? [];
  console.log(`dist/${asset?.name}: ${Math.round((asset?.size ?? 0) / 1024)} kB`);
});
