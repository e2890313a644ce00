import { readFileSync } from "node:fs";
import { freemem } from "node:os";
import { dirname, join } from "node:path";

/** How much memory a process can still get. */
export interface FreeMemory {
  bytes: number;
  /** What sets the bound, for people: "this machine", "the limit of this container (cgroup)". */
  of: string;
}

/**
 * Memory that is free for this process and its children: what the machine can give, the limits of the control groups
 * (versions 1 and 2) above it, and its own limit (`ulimit -v`). Pages of files that are only cached count as free.
 * @param root of /proc and /sys
 */
export function freeMemory(root = "/"): FreeMemory {
  const bounds = [machine(root), ...groups(root), ...own(root)];
  return bounds.reduce((least, bound) => (bound.bytes < least.bytes ? bound : least));
}

function machine(root: string): FreeMemory {
  const [, kilobytes] = /^MemAvailable:\s+(\d+) kB/m.exec(read(root, "proc/meminfo")) ?? [];
  return { bytes: kilobytes ? Number(kilobytes) * 1024 : freemem(), of: "this machine" };
}

const GROUP = "the limit of this container or job (cgroup)";

/** Each group limits those below it, too. */
function groups(root: string): FreeMemory[] {
  return read(root, "proc/self/cgroup")
    .split("\n")
    .flatMap((line) => {
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      if (path === undefined) return [];
      if (controllers === "") return ancestors(path).flatMap((at) => second(root, join("sys/fs/cgroup", at)));
      if (!controllers.split(",").includes("memory")) return [];
      return ancestors(path).flatMap((at) => first(root, join("sys/fs/cgroup/memory", at)));
    });
}

/** `/a/b`, `/a`, `/`: in a container its own group may be mounted as the root. */
function ancestors(path: string): string[] {
  const all = [path];
  while (all[0] !== "/" && all[0] !== ".") all.unshift(dirname(all[0]));
  return all;
}

function second(root: string, group: string): FreeMemory[] {
  const limits = ["memory.max", "memory.high"].map((file) => number(read(root, join(group, file))));
  const limit = Math.min(...limits.filter((n) => n !== null));
  const used = number(read(root, join(group, "memory.current")));
  if (!Number.isFinite(limit) || used === null) return [];
  return [
    { bytes: Math.max(0, limit - used + cached(read(root, join(group, "memory.stat")), "")), of: GROUP },
  ];
}

/** Version 1 writes "no limit" as a number near 2^63. */
const UNLIMITED = 2 ** 60;

function first(root: string, group: string): FreeMemory[] {
  const limit = number(read(root, join(group, "memory.limit_in_bytes")));
  const used = number(read(root, join(group, "memory.usage_in_bytes")));
  if (limit === null || used === null || limit > UNLIMITED) return [];
  const files = cached(read(root, join(group, "memory.stat")), "total_");
  return [{ bytes: Math.max(0, limit - used + files), of: GROUP }];
}

/** Cached pages of files, which the system lets go when memory is asked for. */
function cached(stat: string, prefix: string): number {
  const of = (name: string) => Number(new RegExp(`^${prefix}${name} (\\d+)$`, "m").exec(stat)?.[1] ?? 0);
  return of("inactive_file") + of("active_file");
}

function own(root: string): FreeMemory[] {
  const [, limit] = /^Max address space\s+(\d+)/m.exec(read(root, "proc/self/limits")) ?? [];
  const [, used] = /^VmSize:\s+(\d+) kB/m.exec(read(root, "proc/self/status")) ?? [];
  if (!limit || !used) return [];
  return [
    { bytes: Math.max(0, Number(limit) - Number(used) * 1024), of: "the limit of this process (ulimit -v)" },
  ];
}

function number(text: string): number | null {
  const digits = /^\s*(\d+)\s*$/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function read(root: string, path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}
