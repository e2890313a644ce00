import { control } from "./control.js";
import { buttonStyle, dom, usable } from "./dom-widget.js";
import { ButtonStyle } from "./layout.js";
import { anything, bool, bytes, part, text } from "./traits.js";

const file = { ...dom, value: bytes() };
const sized = { ...file, width: text(), height: text() };
const played = { autoplay: bool(true), controls: bool(true), loop: bool(true) };

/** A picture from the bytes of a file; `format` is png, jpeg, svg+xml, or `url` when the bytes are an address. */
export class Image extends control({
  name: "Image",
  first: "value",
  traits: { ...sized, format: text("png") },
}) {}

/** A sound from the bytes of a file. */
export class Audio extends control({
  name: "Audio",
  first: "value",
  traits: { ...file, ...played, format: text("mp3") },
}) {}

/** A film from the bytes of a file. */
export class Video extends control({
  name: "Video",
  first: "value",
  traits: { ...sized, ...played, format: text("mp4") },
}) {}

/** A file that was chosen. */
export interface UploadedFile {
  name: string;
  /** MIME type, as the browser guesses it. */
  type: string;
  /** In bytes. */
  size: number;
  /** In milliseconds since 1970. */
  last_modified: number;
  content: Uint8Array;
}

/** A button that takes files; `value` holds them. `accept` is as in HTML: `.pdf,image/*`. */
export class FileUpload extends control({
  name: "FileUpload",
  traits: {
    ...usable,
    value: anything<readonly UploadedFile[]>(() => [], { echo: false }),
    accept: text(),
    multiple: bool(),
    description: text("Upload"),
    icon: text("upload"),
    button_style: buttonStyle,
    error: text(),
    style: part(ButtonStyle),
  },
}) {}

/** A colour that is chosen: a name or `#rrggbb`. */
export class ColorPicker extends control({
  name: "ColorPicker",
  first: "value",
  traits: { ...usable, value: text("black"), concise: bool() },
}) {}
