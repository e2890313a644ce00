import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { escapeXml, headline, type LensState, packLens, scene } from "../../core/index.js";
import { packageRoot } from "../package.js";
import { staticHtml } from "./html.js";

const PAGE_STYLE =
  "html{color-scheme:light dark}body{margin:12px auto;max-width:1180px;font-family:system-ui,sans-serif}";

/**
 * A lens as one HTML file that stays interactive without kernel and network. Its Content-Security-Policy allows the
 * inlined script and styles (by hash) and inlined pictures, and nothing else. Without scripts it shows the numbers.
 */
export function renderHtml(state: LensState): string {
  const script = asset("dist", "standalone.js").replace(/<\/(script)/gi, "<\\/$1");
  const style = `${asset("style", "index.css")}\n${PAGE_STYLE}`;
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "img-src blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeXml(policy)}">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(headline(scene(state)))}</title>
<style>${style}</style>
</head>
<body>
<main></main>
<noscript>${staticHtml(state)}</noscript>
<script type="application/json">${packLens(state)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function asset(...path: string[]): string {
  const file = join(packageRoot, ...path);
  if (!existsSync(file))
    throw new Error(
      `cannot write the page: ${path.join("/")} is missing, run \`npm run build\` in ${packageRoot}`,
    );
  return readFileSync(file, "utf8");
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;
}
