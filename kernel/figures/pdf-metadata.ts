import { escapeXml } from "../../core/index.js";

/** What a PDF says of itself, in its information dictionary and as XMP. */
export interface PdfInformation {
  Title: string;
  /** Where the figure comes from. */
  Subject: string;
  /** The caption. */
  Keywords: string;
  /** The program and its version. */
  Creator: string;
  CreationDate: Date;
}

/** The parts of pdfkit that its types leave out. */
interface Internals {
  ref(data: object): { compress: boolean; end(bytes: Uint8Array): void };
  _root: { data: Record<string, unknown> };
  endMetadata(): void;
}

/** Has a document end with its information as XMP. pdfkit's own has texts as markup and its length in characters. */
export function describe(document: PDFKit.PDFDocument, information: PdfInformation): void {
  const internals = document as unknown as Internals;
  internals.endMetadata = () => {
    const bytes = new TextEncoder().encode(xmp(information));
    const stream = internals.ref({ Type: "Metadata", Subtype: "XML", Length: bytes.length });
    // Not compressed, so that programs that know nothing of PDF find it.
    stream.compress = false;
    stream.end(bytes);
    internals._root.data.Metadata = stream;
  };
}

/** XMP as in ISO 16684-1, with the properties that ISO 32000-1, 14.3, pairs with those of the information dictionary. */
function xmp({ Title, Subject, Keywords, Creator, CreationDate }: PdfInformation): string {
  const inEnglish = (text: string) =>
    `<rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(text)}</rdf:li></rdf:Alt>`;
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
   <dc:format>application/pdf</dc:format>
   <dc:title>${inEnglish(Title)}</dc:title>
   <dc:description>${inEnglish(Subject)}</dc:description>
   <pdf:Keywords>${escapeXml(Keywords)}</pdf:Keywords>
   <xmp:CreatorTool>${escapeXml(Creator)}</xmp:CreatorTool>
   <xmp:CreateDate>${CreationDate.toISOString()}</xmp:CreateDate>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
}
