/**
 * Node environment for suites that use native modules: onnxruntime makes its arrays outside of jest's sandbox and checks with
 * `instanceof`, so the sandbox must use the same constructors.
 */
const { TestEnvironment } = require("jest-environment-node");

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    Object.assign(this.global, {
      Uint8Array,
      Uint16Array,
      Int32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      ArrayBuffer,
    });
    if (typeof Float16Array !== "undefined") this.global.Float16Array = Float16Array;
  }
};
