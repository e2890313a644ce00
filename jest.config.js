/** Unit tests: sources are transformed in memory, so they need no build. Browser and Jupyter suites have their own runners (tools/test.mjs). */
export default {
  testMatch: ["<rootDir>/test/{core,engine,src,kernel,figures,contract}/**/*.test.ts"],
  transform: {
    "^.+\\.[cm]?[jt]s$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transformIgnorePatterns: [
    "/node_modules/(?!(d3|d3-[a-z-]+|internmap|delaunator|robust-predicates|onnx-buf|@bufbuild|valibot)/)",
  ],
  testEnvironment: "node",
  // No test is of speed, and machines are busy; a test that hangs ends nevertheless.
  testTimeout: 120_000,
  modulePathIgnorePatterns: ["<rootDir>/(lib|dist|labextension|\\.venv|\\.cache)/"],
};
