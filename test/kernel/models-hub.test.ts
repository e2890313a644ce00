/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadOptions, loadModel } from "../../kernel/models/index.js";
import { packageRoot } from "../../kernel/package.js";
import { type HubServer, startHub } from "./support/hub-server.js";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const OTHER = "fedcba9876543210fedcba9876543210fedcba98";
let hub: HubServer;
let cacheDir: string;

beforeEach(async () => {
  hub = await startHub(join(packageRoot, "models", "mini"), COMMIT);
  cacheDir = mkdtempSync(join(tmpdir(), "hub-"));
  process.env.HF_ENDPOINT = hub.url;
});

afterEach(async () => {
  await hub.close();
  rmSync(cacheDir, { recursive: true, force: true });
  for (const name of ["HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"]) delete process.env[name];
});

const folder = () => join(cacheDir, "models", "team--model", COMMIT);

async function load(options: LoadOptions = {}) {
  const model = await loadModel("team/model", { cacheDir, provider: "cpu", ...options });
  const { info } = model;
  await model.dispose();
  return info;
}

test("brings what is needed once, with progress, and says which commit it is", async () => {
  const steps: string[] = [];
  const info = await load({ onProgress: ({ step, done, total }) => steps.push(`${step} ${done === total}`) });
  expect([info.id, info.revision, info.path]).toEqual(["team/model", COMMIT, folder()]);
  expect(readdirSync(folder()).sort()).toEqual(
    [
      ".complete.json",
      "config.json",
      "preprocessor_config.json",
      "text.onnx",
      "tokenizer.json",
      "vision.onnx",
    ].sort(),
  );
  expect(steps).toContain("downloading vision.onnx false");
  expect(steps).toContain("downloading vision.onnx true");
  const asked = hub.log.length;
  await load();
  // Only the branch is asked for again; a commit is not asked for at all.
  expect(hub.log.slice(asked).every((line) => line.startsWith("hub /api/"))).toBe(true);
  const before = hub.log.length;
  await load({ revision: COMMIT });
  expect(hub.log.length).toBe(before);
});

test("goes on after a cut connection, from where it was", async () => {
  hub.cut = { file: "vision.onnx", after: 100_000 };
  const info = await load();
  const ranges = hub.log.filter((line) => line.startsWith("storage /vision.onnx"));
  expect(ranges).toHaveLength(2);
  const from = Number(/bytes=(\d+)-/.exec(ranges[1])![1]);
  expect(from).toBeGreaterThan(0);
  expect(from).toBeLessThanOrEqual(100_000);
  expect(info.weights["vision.onnx"]).toMatch(/^[0-9a-f]{64}$/);
});

test("stopped by the person it keeps the part, and the next time goes on from it", async () => {
  const stop = new AbortController();
  const work = load({
    signal: stop.signal,
    onProgress: ({ step, done }) => {
      if (step === "downloading vision.onnx" && done > 0) stop.abort();
    },
  });
  await expect(work).rejects.toThrow(/abort/i);
  const part = join(folder(), "vision.onnx.part");
  expect(statSync(part).size).toBeGreaterThan(0);
  expect(existsSync(join(folder(), "vision.onnx"))).toBe(false);
  await load();
  expect(hub.log.some((line) => /^storage \/vision\.onnx bytes=[1-9]/.test(line))).toBe(true);
});

test("what arrives with a wrong checksum is thrown away", async () => {
  hub.spoil = "config.json";
  await expect(load()).rejects.toThrow(/^wrong checksum: config\.json/);
  hub.spoil = "text.onnx";
  await expect(load()).rejects.toThrow(
    /^wrong checksum: text\.onnx arrived as [0-9a-f]{12}… \(\d+ bytes\), expected [0-9a-f]{12}… \(\d+ bytes\); it was thrown away, try again$/,
  );
  expect(readdirSync(folder()).filter((name) => name.startsWith("text.onnx"))).toEqual([]);
  hub.spoil = null;
  await load();
});

test("without a network an earlier download is used, and it says so", async () => {
  await load();
  await hub.close();
  const warnings: string[] = [];
  const info = await load({ onWarning: (w) => warnings.push(w) });
  expect(info.revision).toBe(COMMIT);
  expect(warnings).toEqual([
    "the hub cannot be reached, using team/model at 0123456789ab from an earlier download",
  ]);
  process.env.HF_HUB_OFFLINE = "1";
  expect((await load({ onWarning: (w) => warnings.push(w) })).warnings).toEqual([]);
  await expect(load({ revision: OTHER })).rejects.toThrow(
    /is not in .* and HF_HUB_OFFLINE is set; load it once with a network/,
  );
});

test("the token comes from the environment and goes to the hub alone", async () => {
  process.env.HF_TOKEN = "hf_secret";
  await load();
  const lines = hub.log.filter((line) => line.startsWith("hub"));
  expect(lines.every((line) => line.endsWith(" token"))).toBe(true);
  expect(hub.log.filter((line) => line.startsWith("storage")).some((line) => line.includes("token"))).toBe(
    false,
  );
});

test("what the hub does not have or give is said in words", async () => {
  await expect(loadModel("team/none", { cacheDir })).rejects.toThrow(
    "unknown model: team/none (revision main) is neither a folder here nor on the hub",
  );
  hub.status = 401;
  await expect(load()).rejects.toThrow(
    "no access to team/model on the hub (401): it does not exist, or is gated; accept its terms there and set HF_TOKEN",
  );
  await hub.close();
  await expect(load()).rejects.toThrow(
    /^cannot reach the hub for team\/model: .*; check the network, or give a folder with the model$/,
  );
});
