import { readdirSync } from "node:fs";

/** A card of NVIDIA's, also in Windows' Linux. */
export const NVIDIA_DEVICES: readonly string[] = ["nvidia0", "nvidiactl", "dxg"];

/** Whether /dev has one of them. */
export function hasDevice(names: readonly string[]): boolean {
  try {
    const devices = new Set(readdirSync("/dev"));
    return names.some((name) => devices.has(name));
  } catch {
    return false;
  }
}
