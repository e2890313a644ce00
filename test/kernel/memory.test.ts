/** What is free, read from made-up trees of /proc and /sys, and what is said before a model is opened that does not fit. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { idefics3, modernvbert } from "../../engine/families/idefics.js";
import { paligemma } from "../../engine/families/paligemma.js";
import { attentionBytes, memoryNeed, memoryPlan, memoryWarning } from "../../kernel/hub/memory-need.js";
import type { OnnxFile } from "../../kernel/hub/onnx-file.js";
import { batchSize } from "../../kernel/hub/open-graphs.js";
import { freeMemory } from "../../kernel/runtime/memory.js";

const MIB = 2 ** 20;
const root = mkdtempSync(join(tmpdir(), "memory-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
function tree(files: Record<string, string>): string {
  const at = join(root, String(made++));
  const machine = "MemTotal: 24000000 kB\nMemAvailable:    8192000 kB\n";
  for (const [path, text] of Object.entries({ "proc/meminfo": machine, ...files })) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }
  return at;
}
const CONTAINER = "the limit of this container or job (cgroup)";

test("without limits what the machine can give", () => {
  expect(freeMemory(tree({}))).toEqual({ bytes: 8192000 * 1024, of: "this machine" });
  const none = {
    "proc/self/cgroup": "0::/user.slice\n",
    "sys/fs/cgroup/user.slice/memory.max": "max\n",
    "sys/fs/cgroup/user.slice/memory.current": "1\n",
  };
  expect(freeMemory(tree(none)).of).toBe("this machine");
});

test("control groups of version 2: the least of those above, cached files are free", () => {
  const files = {
    "proc/self/cgroup": "0::/job/step\n",
    "sys/fs/cgroup/job/memory.max": `${4000 * MIB}\n`,
    "sys/fs/cgroup/job/memory.current": `${3500 * MIB}\n`,
    "sys/fs/cgroup/job/memory.stat": `anon 5\ninactive_file ${700 * MIB}\nactive_file ${100 * MIB}\n`,
    "sys/fs/cgroup/job/step/memory.max": "max\n",
    "sys/fs/cgroup/job/step/memory.high": `${3000 * MIB}\n`,
    "sys/fs/cgroup/job/step/memory.current": `${1000 * MIB}\n`,
  };
  expect(freeMemory(tree(files))).toEqual({ bytes: 1300 * MIB, of: CONTAINER });
  const inContainer = {
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/memory.max": `${600 * MIB}`,
    "sys/fs/cgroup/memory.current": `${100 * MIB}`,
  };
  expect(freeMemory(tree(inContainer))).toEqual({ bytes: 500 * MIB, of: CONTAINER });
});

test("control groups of version 1, where no limit is a huge number", () => {
  const files = (limit: number) => ({
    "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "1\n",
    "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": `${limit}\n`,
    "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": `${900 * MIB}\n`,
    "sys/fs/cgroup/memory/docker/abc/memory.stat": `inactive_file 7\ntotal_inactive_file ${200 * MIB}\n`,
  });
  expect(freeMemory(tree(files(1000 * MIB)))).toEqual({ bytes: 300 * MIB, of: CONTAINER });
  expect(freeMemory(tree(files(2 ** 63))).of).toBe("this machine");
});

test("the limit of the process itself", () => {
  const files = {
    "proc/self/limits":
      "Max cpu time  unlimited unlimited seconds\nMax address space         6442450944           6442450944           bytes     \n",
    "proc/self/status": "VmPeak: 3 kB\nVmSize:  2097152 kB\n",
  };
  expect(freeMemory(tree(files))).toEqual({
    bytes: 4096 * MIB,
    of: "the limit of this process (ulimit -v)",
  });
});

const IMAGE = { size: { longest_edge: 2048 }, max_image_size: { longest_edge: 512 }, resample: 1 };
const tiled = { model: {}, image: IMAGE, processor: {} };
const graph = (weightBytes: Record<string, number>, insideBytes = 0, writesAttention = true) =>
  ({ weightBytes, insideBytes, writesAttention }) as unknown as OnnxFile;

describe("what a model takes", () => {
  const page = idefics3.processor(tiled, "torch", "<image>").layout(1240, 1754);

  test("attention over 13 images of 1,024 patches with 12 heads", () => {
    expect(attentionBytes("colidefics3", tiled, page)).toBe(13 * 12 * 1024 ** 2 * 4);
    const heads = { ...tiled, model: { vision_config: { num_attention_heads: 6, patch_size: 32 } } };
    expect(attentionBytes("colidefics3", heads, page)).toBe(13 * 6 * 256 ** 2 * 4);
    const one = { model: {}, image: { size: { height: 448, width: 448 } }, processor: {} };
    const layout = paligemma.processor(one, "torch", "<image>").layout(1240, 1754);
    expect(attentionBytes("colpali", one, layout)).toBe(16 * 1024 ** 2 * 4);
    expect(attentionBytes("mini", one, layout)).toBeNull();
  });

  test("near to what was measured: 5.0 GiB for ColSmol with two graphs, 3.0 for ColModernVBERT, 10.5 for ColPali", () => {
    const total = ({ weights, page }: { weights: number; page: number }) => (weights + page) / 2 ** 30;
    const smol = [graph({ float32: 0.91e9 }, 0.91e9), graph({ float32: 0.54e9 }, 0.54e9)];
    expect(total(memoryNeed("colidefics3", tiled, page, smol))).toBeCloseTo(5, 0);
    const vbert = modernvbert.processor(tiled, "torch", "<image>").layout(1240, 1754);
    const bert = memoryNeed("colmodernvbert", tiled, vbert, [graph({ float32: 0.98e9 }, 0.98e9)]);
    expect(total(bert)).toBeCloseTo(3, 0);
    const one = { model: {}, image: { size: { height: 448, width: 448 } }, processor: {} };
    const layout = paligemma.processor(one, "torch", "<image>").layout(1240, 1754);
    expect(total(memoryNeed("colpali", one, layout, [graph({ float32: 11.7e9 })]))).toBeCloseTo(11, 0);
    // float16 is widened on a processor.
    expect(total(memoryNeed("colpali", one, layout, [graph({ float16: 5.85e9 })]))).toBeCloseTo(11, 0);
  });

  test("said with numbers where it does not fit, and with the lighter variants that there are", () => {
    const need = { weights: 2.5 * 2 ** 30, page: 2.8 * 2 ** 30 };
    const free = { bytes: 3.1 * 2 ** 30, of: CONTAINER };
    expect(memoryWarning("team/model", need, ["fp16", "q4"], free)).toBe(
      'memory may not suffice: team/model needs about 5.3 GiB (weights 2.5 GiB, a page of A4 size 2.8 GiB), and 3.1 GiB are free within the limit of this container or job (cgroup); close other programs, raise the limit, or take lighter weights ({ graph: "fp16" }, { graph: "q4" })',
    );
    expect(memoryWarning("team/model", need, [], { ...free, bytes: 5.4 * 2 ** 30 })).toBeNull();
    expect(memoryWarning("team/model", need, [], free)).toMatch(/or take lighter weights$/);
  });

  test("weights of float16 stay what they are where widened they would take gigabytes more, or would not fit", () => {
    const one = { model: {}, image: { size: { height: 448, width: 448 } }, processor: {} };
    const layout = paligemma.processor(one, "torch", "<image>").layout(1240, 1754);
    const plan = (gib: number, weights: Record<string, number>) =>
      memoryPlan("team/pali", (keeps) => memoryNeed("colpali", one, layout, [graph(weights)], keeps), [], {
        bytes: gib * 2 ** 30,
        of: "this machine",
      });
    const large = { float16: 5.85e9 };
    for (const gib of [64, 12, 8])
      expect(plan(gib, large)).toMatchObject({
        keepsFloat16: true,
        warning: null,
        need: { weights: 5.85e9 },
      });
    expect(plan(4, large).keepsFloat16).toBe(true);
    expect(plan(4, large).warning).toMatch(/^memory may not suffice: team\/pali needs about 5\.\d GiB/);

    const middle = { float16: 1.61e9 };
    expect(plan(12, middle)).toMatchObject({ keepsFloat16: false, warning: null, need: { weights: 3.22e9 } });
    expect(plan(3, middle)).toMatchObject({ keepsFloat16: true, need: { weights: 1.61e9 } });
    expect(plan(3, middle).warning).toBe(
      "memory is short: team/pali keeps its weights in float16, 1.5 GiB instead of 3.0 GiB, and takes more time for that",
    );
    expect(plan(1, middle).warning).toMatch(/^memory may not suffice: team\/pali needs about 1\.\d GiB/);

    const others = { float32: 8e9, int8: 1e9 };
    expect(plan(64, others).keepsFloat16).toBe(false);
    expect(plan(1, others).keepsFloat16).toBe(false);
  });

  test("without matrices of attention a page takes what its layers do", () => {
    const page = idefics3.processor(tiled, "torch", "<image>").layout(1240, 1754);
    const files = [graph({ float32: 0.91e9 }, 0, false)];
    const need = memoryNeed("colidefics3", tiled, page, files);
    expect(need.page).toBe(4 * 13 * 1024 * (2 * 3072 + 4 * 768));
    const thin = { ...tiled, model: { vision_config: { hidden_size: 32, intermediate_size: 64 } } };
    expect(memoryNeed("colidefics3", thin, page, files).page).toBe(4 * 13 * 1024 * (128 + 128));
  });

  test("no more pages at a time on a card than one of its buffers holds", () => {
    expect(batchSize("cpu", null)).toBe(1);
    expect(batchSize("webgpu", null)).toBe(4);
    expect(batchSize("webgpu", 13 * 12 * 1024 ** 2 * 4)).toBe(1);
    expect(batchSize("cuda", 16 * 1024 ** 2 * 4)).toBe(4);
    expect(batchSize("webgpu", 2 ** 29)).toBe(2);
    expect(batchSize("webgpu", 2 ** 32)).toBe(1);
  });
});
