/** As realm.cjs, with Vulkan pointed to Chromium's software driver where it is installed, so that WebGPU runs without a GPU. */
const { existsSync } = require("node:fs");
const { constants } = require("node:os");
const { dirname, join } = require("node:path");
const Realm = require("./realm.cjs");

const DRIVERS = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib64/chromium-browser/vk_swiftshader_icd.json",
];

module.exports = class extends Realm {
  async setup() {
    this.before = process.env.VK_ICD_FILENAMES;
    const driver = DRIVERS.find(existsSync);
    if (driver) {
      process.env.VK_ICD_FILENAMES = driver;
      keepLoaded(join(dirname(driver), "libvulkan.so.1"));
    }
    await super.setup();
    this.global.process.env.VK_ICD_FILENAMES = driver ?? "";
  }

  async teardown() {
    if (this.before === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = this.before;
    await super.teardown();
  }
};

/**
 * Debian's chromium keeps the Vulkan loader in its own folder, where onnxruntime, which asks for it by its bare name, does not
 * look; a library that is in the process already is found by that name. Node refuses it only after it was loaded, for being
 * no module of Node's, and RTLD_NODELETE (0x1000 in dlfcn.h) keeps it.
 */
function keepLoaded(library) {
  if (!existsSync(library)) return;
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | 0x1000);
  } catch (error) {
    if (!error.message.includes("did not self-register")) throw error;
  }
}
