/** As realm.cjs, with Vulkan pointed to Chromium's software driver where it is installed, so that WebGPU runs without a GPU. */
const { existsSync } = require("node:fs");
const Realm = require("./realm.cjs");

const DRIVERS = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib64/chromium-browser/vk_swiftshader_icd.json",
];

module.exports = class extends Realm {
  async setup() {
    this.before = process.env.VK_ICD_FILENAMES;
    const driver = DRIVERS.find(existsSync);
    if (driver) process.env.VK_ICD_FILENAMES = driver;
    await super.setup();
    this.global.process.env.VK_ICD_FILENAMES = driver ?? "";
  }

  async teardown() {
    if (this.before === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = this.before;
    await super.teardown();
  }
};
