/** Documents that cannot be opened, each in its own way. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { root } from "../../tools/report.mjs";
import { python } from "../../tools/setup.mjs";

/** A file name that would be a script if it were taken for markup. */
export const HOSTILE = "<img src=x onerror=window.broken=1>";

export async function writeBadFiles(folder) {
  const write = (name, bytes) => writeFileSync(join(folder, name), bytes);
  const report = readFileSync(join(root, "examples", "energy-report.pdf"));
  write("words.pdf", "These are words and no PDF.\n".repeat(20));
  write("cut.pdf", report.subarray(0, report.length >> 1));
  write("empty.pdf", pdfWithoutPages());
  write("huge.png", onePixelBits(20_000, 15_000));
  const noise = { type: "gaussian", mean: 128, sigma: 40 };
  const png = await sharp({
    create: { width: 300, height: 200, channels: 3, background: "white", noise },
  }).png();
  const bytes = await png.toBuffer();
  write("cut.png", bytes.subarray(0, bytes.length >> 1));
  write(`${HOSTILE}.pdf`, report);
  const encrypted = join(folder, "locked.pdf");
  const script = `
from reportlab.pdfgen.canvas import Canvas
canvas = Canvas(${JSON.stringify(encrypted)}, encrypt="harbour")
canvas.drawString(100, 700, "the locked report")
canvas.save()`;
  execFileSync(python, ["-c", script]);
  const model = join(folder, "half-a-model");
  mkdirSync(model);
  for (const file of ["config.json", "preprocessor_config.json", "text.onnx", "vision.onnx"]) {
    writeFileSync(join(model, file), readFileSync(join(root, "models", "mini", file)));
  }
}

function pdfWithoutPages() {
  const objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 3\n0000000000 65535 f \n${offsets.join("")}trailer\n<< /Size 3 /Root 1 0 R >>\n`;
  return `${text}startxref\n${start}\n%%EOF\n`;
}

/** A complete black PNG of one bit a pixel. */
function onePixelBits(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", rows),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
