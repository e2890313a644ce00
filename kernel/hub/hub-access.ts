import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ModelError } from "../../engine/model-error.js";
import { userPath } from "../user-path.js";

/**
 * Where the hub is and how to get in: by the variables and files, and in the order, of Python's `huggingface_hub`, so that who
 * has logged in there is logged in here.
 */
export interface HubAccess {
  /** Without a slash at the end. */
  url: string;
  offline: boolean;
  token: string | null;
  /** Where the token comes from, or where one was looked for, for people. Never the token. */
  tokenFrom: string;
}

/** @throws ModelError for a token that cannot be sent, without its text */
export function hubAccess(env: NodeJS.ProcessEnv = process.env): HubAccess {
  const { token, from } = findToken(env);
  if (token && !/^[\x21-\x7e]+$/.test(token))
    throw new ModelError(
      `invalid token in ${from}: it has spaces or characters that are not ASCII, expected a token as the hub's settings show it`,
    );
  return {
    url: (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, ""),
    offline: isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    token,
    tokenFrom: from,
  };
}

function findToken(env: NodeJS.ProcessEnv): { token: string | null; from: string } {
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN))
    return { token: null, from: "nowhere: HF_HUB_DISABLE_IMPLICIT_TOKEN is set" };
  for (const name of ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]) {
    const token = clean(env[name]);
    if (token) return { token, from: name };
  }
  const file = tokenFile(env);
  const token = clean(readOrNull(file));
  return token ? { token, from: file } : { token: null, from: `HF_TOKEN and ${file}` };
}

function tokenFile(env: NodeJS.ProcessEnv): string {
  if (env.HF_TOKEN_PATH) return expanded(env.HF_TOKEN_PATH, env);
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(expanded(env.HF_HOME || join(cache, "huggingface"), env), "token");
}

/** `~` and `$NAME`, which a variable set outside of a shell may hold. */
function expanded(path: string, env: NodeJS.ProcessEnv): string {
  return userPath(path).replace(/\$(\w+)|\$\{(\w+)\}/g, (all, a, b) => env[a ?? b] ?? all);
}

function readOrNull(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

const clean = (token: string | undefined): string | null => token?.replace(/[\r\n]/g, "").trim() || null;

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? "");
