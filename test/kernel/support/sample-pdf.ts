import { createHash } from "node:crypto";

export interface SampleText {
  text: string;
  /** Points from the left and from the top. */
  x: number;
  y: number;
  size: number;
}

export interface SamplePage {
  width: number;
  height: number;
  texts: SampleText[];
}

const PADDING = Buffer.from("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a", "hex");
const ID = Buffer.from("0123456789abcdef0123456789abcdef", "hex");

/** Writes a PDF with Helvetica text; with a password it is encrypted (PDF 1.4, revision 2, 40-bit RC4). */
export function samplePdf(pages: SamplePage[], password?: string): Uint8Array {
  const kids = pages.map((_, i) => `${4 + 2 * i} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  const lock = password === undefined ? null : encryption(password);
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  for (const [i, page] of pages.entries()) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${page.width} ${page.height}] /Contents ${5 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      page.texts
        .map((t) => `BT /F1 ${t.size} Tf ${t.x} ${page.height - t.y} Td (${t.text}) Tj ET`)
        .join("\n"),
    );
  }
  const offsets: number[] = [];
  objects.forEach((body, i) => {
    const number = i + 1;
    let content = Buffer.from(body, "latin1");
    const isStream = number > 3 && number % 2 === 1;
    if (isStream && lock) content = rc4(objectKey(lock.key, number), content);
    offsets.push(parts.reduce((n, p) => n + p.length, 0));
    parts.push(
      isStream
        ? Buffer.concat([
            Buffer.from(`${number} 0 obj\n<< /Length ${content.length} >>\nstream\n`),
            content,
            Buffer.from("\nendstream\nendobj\n"),
          ])
        : Buffer.concat([Buffer.from(`${number} 0 obj\n`), content, Buffer.from("\nendobj\n")]),
    );
  });
  const start = parts.reduce((n, p) => n + p.length, 0);
  const xref = offsets.map((o) => `${String(o).padStart(10, "0")} 00000 n \n`).join("");
  const encrypt = lock
    ? ` /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${lock.owner.toString("hex")}> /U <${lock.user.toString("hex")}> >>`
    : "";
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${xref}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /ID [<${ID.toString("hex")}> <${ID.toString("hex")}>]${encrypt} >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return new Uint8Array(Buffer.concat(parts));
}

const md5 = (...data: Buffer[]): Buffer => createHash("md5").update(Buffer.concat(data)).digest();
const padded = (password: string): Buffer => Buffer.concat([Buffer.from(password), PADDING]).subarray(0, 32);

/** Algorithms 2 to 4 of ISO 32000-1, 7.6.3, for revision 2. */
function encryption(password: string): { key: Buffer; owner: Buffer; user: Buffer } {
  const owner = rc4(md5(padded(password)).subarray(0, 5), padded(password));
  const permissions = Buffer.from([0xfc, 0xff, 0xff, 0xff]);
  const key = md5(padded(password), owner, permissions, ID).subarray(0, 5);
  return { key, owner, user: rc4(key, PADDING) };
}

function objectKey(key: Buffer, number: number): Buffer {
  return md5(key, Buffer.from([number & 255, number >> 8, 0, 0, 0])).subarray(0, 10);
}

function rc4(key: Buffer, data: Buffer): Buffer {
  const s = Array.from({ length: 256 }, (_, i) => i);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i] + key[i % key.length]) & 255;
    [s[i], s[j]] = [s[j], s[i]];
  }
  let i = 0;
  let j = 0;
  return Buffer.from(data).map((byte) => {
    i = (i + 1) & 255;
    j = (j + s[i]) & 255;
    [s[i], s[j]] = [s[j], s[i]];
    return byte ^ s[(s[i] + s[j]) & 255];
  }) as Buffer;
}
