import { constants } from "node:os";

/** Whether the system's loader finds a shared library. @param name as programs ask for it, for example "libvulkan.so.1" */
export function canLoad(name: string): boolean {
  try {
    process.dlopen({ exports: {} }, name, constants.dlopen.RTLD_LAZY);
  } catch (error) {
    // A library that is found is refused afterwards, and let go again: it is no module of Node's.
    return (error as Error).message.includes("did not self-register");
  }
  return true;
}
