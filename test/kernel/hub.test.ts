/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hubAccess } from "../../kernel/hub/hub-access.js";
import { type LoadOptions, loadModel } from "../../kernel/hub/load-model.js";
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
  process.env.HF_HOME = join(cacheDir, "hf");
});

afterEach(async () => {
  await hub.close();
  rmSync(cacheDir, { recursive: true, force: true });
  for (const name of ["HF_ENDPOINT", "HF_HOME", "HF_TOKEN", "HF_HUB_OFFLINE"]) delete process.env[name];
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

describe("log-in, as huggingface_hub does it", () => {
  const home = () => join(cacheDir, "home");
  const put = (path: string, text: string) => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const login = (env: NodeJS.ProcessEnv) => {
    const { token, tokenFrom } = hubAccess({ XDG_CACHE_HOME: home(), ...env });
    return [token, tokenFrom];
  };

  test("the order: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME", () => {
    const cached = put(join(home(), "huggingface", "token"), "hf_cache\n");
    const inHome = put(join(home(), "own", "token"), "hf_home\r\n");
    const path = put(join(home(), "elsewhere"), "  hf_path  \n");
    const all = {
      HF_TOKEN: "hf_env",
      HUGGING_FACE_HUB_TOKEN: "hf_old",
      HF_TOKEN_PATH: path,
      HF_HOME: join(home(), "own"),
    };
    expect(login(all)).toEqual(["hf_env", "HF_TOKEN"]);
    expect(login({ ...all, HF_TOKEN: "" })).toEqual(["hf_old", "HUGGING_FACE_HUB_TOKEN"]);
    const { HF_TOKEN_PATH, HF_HOME } = all;
    expect(login({ HF_TOKEN_PATH, HF_HOME })).toEqual(["hf_path", path]);
    expect(login({ HF_HOME })).toEqual(["hf_home", inHome]);
    expect(login({})).toEqual(["hf_cache", cached]);
    expect(login({ BASE: home(), HF_HOME: "$BASE/own" })).toEqual(["hf_home", inHome]);
    expect(login({ HF_TOKEN: " hf_env\n" })[0]).toBe("hf_env");
  });

  test("no token: none there, an empty file, a folder, or log-in that is switched off", () => {
    const none = [null, `HF_TOKEN and ${join(home(), "huggingface", "token")}`];
    expect(login({})).toEqual(none);
    put(join(home(), "huggingface", "token"), "\n");
    expect(login({})).toEqual(none);
    mkdirSync(join(home(), "own", "token"), { recursive: true });
    expect(login({ HF_HOME: join(home(), "own") })[0]).toBe(null);
    for (const yes of ["1", "true", "YES", "on"])
      expect(login({ HF_TOKEN: "hf_env", HF_HUB_DISABLE_IMPLICIT_TOKEN: yes })[0]).toBe(null);
    expect(login({ HF_TOKEN: "hf_env", HF_HUB_DISABLE_IMPLICIT_TOKEN: "0" })[0]).toBe("hf_env");
  });

  test("the hub's address and keeping off the network", () => {
    const access = (env: NodeJS.ProcessEnv) => hubAccess({ XDG_CACHE_HOME: home(), ...env });
    expect(access({}).url).toBe("https://huggingface.co");
    expect(access({ HF_ENDPOINT: "https://hub.example/" }).url).toBe("https://hub.example");
    expect(["1", "true", "ON", "0", ""].map((v) => access({ HF_HUB_OFFLINE: v }).offline)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(access({ TRANSFORMERS_OFFLINE: "yes" }).offline).toBe(true);
  });

  test("a token that no request can carry is refused without being shown", () => {
    for (const token of ["hf_se cret", "hf_se\u0007cret", "hf_se…cret"]) {
      let message = "";
      try {
        hubAccess({ HF_TOKEN: token });
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/^invalid token in HF_TOKEN: /);
      expect(message).not.toContain("cret");
    }
  });

  test("the token of a file goes to the hub alone, also where it sends questions elsewhere, and is told to nobody", async () => {
    put(join(cacheDir, "hf", "token"), "hf_secret\n");
    hub.moved = true;
    const info = await load();
    expect(hub.log.filter((line) => line.startsWith("hub")).every((line) => line.endsWith(" token"))).toBe(
      true,
    );
    const elsewhere = hub.log.filter((line) => line.startsWith("storage"));
    expect(elsewhere.some((line) => line.includes("/api/"))).toBe(true);
    expect(elsewhere.some((line) => line.includes("token"))).toBe(false);
    expect(JSON.stringify(info)).not.toContain("hf_secret");
    rmSync(folder(), { recursive: true });
    Object.assign(hub, { moved: false, status: 403 });
    const refused = await load().catch((error) => error);
    expect(refused.message).toBe(
      `no access to team/model on the hub (403): it does not exist, or is gated; accept its terms there and set HF_TOKEN or run "hf auth login" (the token from ${join(cacheDir, "hf", "token")} was sent)`,
    );
  });

  test("a file that is refused is not asked for again and again", async () => {
    hub.refuse = { file: "text.onnx", status: 403 };
    await expect(load()).rejects.toThrow(
      `no access to team/model on the hub (403): it does not exist, or is gated; accept its terms there and set HF_TOKEN or run "hf auth login" (no token was found in HF_TOKEN and ${join(cacheDir, "hf", "token")})`,
    );
    expect(hub.log.filter((line) => line === "storage /text.onnx")).toHaveLength(1);
  });
});

describe("parts of files", () => {
  const source = join(packageRoot, "models", "mini", "vision.onnx");
  const names = () => readdirSync(folder()).filter((name) => name.startsWith("vision.onnx"));
  const part = (name: string, size: number, seconds = 0) => {
    mkdirSync(folder(), { recursive: true });
    const path = join(folder(), name);
    copyFileSync(source, path);
    truncateSync(path, size);
    const time = Date.now() / 1000 - seconds;
    utimesSync(path, time, time);
  };
  const ranges = () => hub.log.flatMap((line) => /^storage \/vision\.onnx(.*)$/.exec(line)?.[1].trim() ?? []);

  test("a download that stays cut names file and address, keeps the part, and goes on from it", async () => {
    part("vision.onnx.part", 100_000);
    hub.cut = { file: "vision.onnx", after: 0, always: true };
    const size = statSync(source).size;
    await expect(load()).rejects.toThrow(
      new RegExp(
        `^download of vision\\.onnx stopped after 100000 of ${size} bytes \\(.+\\), from ${hub.url}/team/model/resolve/${COMMIT}/vision\\.onnx; what is there is kept, try again to go on from it$`,
      ),
    );
    expect(names()).toEqual(["vision.onnx.part"]);
    hub.cut = null;
    hub.log.length = 0;
    await load();
    expect(ranges()).toEqual(["bytes=100000-"]);
    expect(names()).toEqual(["vision.onnx"]);
  }, 60_000);

  test("two kernels that download at once have a part each", async () => {
    hub.cut = { file: "vision.onnx", after: 200_000 };
    const both = await Promise.all([load(), load()]);
    expect(both[0].weights).toEqual(both[1].weights);
    expect(names()).toEqual(["vision.onnx"]);
  });

  test("the part of another kernel at work is let alone; one that a dead kernel left is gone on from", async () => {
    part("vision.onnx.0f0f.part", 300_000);
    await load();
    expect(ranges()).toEqual([""]);
    expect(names().sort()).toEqual(["vision.onnx", "vision.onnx.0f0f.part"]);
    rmSync(folder(), { recursive: true });
    hub.log.length = 0;
    part("vision.onnx.0f0f.part", 300_000, 3600);
    part("vision.onnx.part", 100_000);
    await load();
    expect(ranges()).toEqual(["bytes=300000-"]);
    expect(names()).toEqual(["vision.onnx"]);
  });

  test("a server that does not stop sending is not listened to for ever", async () => {
    hub.endless = "vision.onnx";
    const info = await load();
    expect(info.weights["vision.onnx"]).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(join(folder(), "vision.onnx")).size).toBe(statSync(source).size);
  });
});
