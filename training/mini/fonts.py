"""Latin fonts from Debian's font packages. Five families are held out: they are drawn only on evaluation pages."""

import functools
import json

from PIL import ImageFont

from .paths import SOURCES, WORK

HELD_OUT = ("Lato", "Carlito", "Caladea", "Linux Libertine", "Linux Biolinum")
SCRIPT = ("Dancing Script", "Kristi")
UNUSABLE = ("Caps", "Dunhill", "Quotation", "Math", "Keyboard", "Chorus", "Initials", "Display", "Thin", "Unslanted", "Hairline",
            "Symbol", "Dingbat", "D050000L", "Standard Symbols", "Funny", "Fibonacci", "Outline", "Smallcaps", "Emoji", "Icons", "Upright Italic")


@functools.cache
def _all() -> dict[str, list[list]]:
    """Family name -> [path, has accents]; read once from the unpacked packages and kept in a file."""
    kept = WORK / "fonts.json"
    if kept.exists():
        return json.loads(kept.read_text())
    families: dict[str, list[list]] = {}
    for path in sorted((SOURCES / "usr/share/fonts").rglob("*.[ot]tf")):
        if path.name.startswith("Noto") and path.name.split("-")[0] not in ("NotoSans", "NotoSerif", "NotoSansDisplay", "NotoMono"):
            continue
        font = ImageFont.truetype(str(path), 24, layout_engine=ImageFont.Layout.BASIC)
        family, style = font.getname()
        if not family or any(bad in f"{family} {style}" for bad in UNUSABLE):
            continue
        missing = bytes(font.getmask("\uffff"))
        has = lambda letters: all(bytes(font.getmask(c)) not in (missing, b"") for c in letters)
        if has("aAgQ0189&%"):
            families.setdefault(family, []).append([str(path), has("éüñçßà")])
    kept.write_text(json.dumps(families, indent=1))
    return families


def families(held_out: bool = False, accents: bool = False) -> list[list[str]]:
    """Font files by family: the held-out families or all others; with `accents` only fonts that have them."""
    chosen = []
    for family, files in _all().items():
        if family.startswith(HELD_OUT) != held_out or family.startswith(SCRIPT):
            continue
        usable = [path for path, accented in files if accented or not accents]
        if usable:
            chosen.append(usable)
    return chosen


def handwriting() -> list[str]:
    return [path for family, files in _all().items() if family.startswith(SCRIPT) for path, _ in files]


class FontCache:
    """Fonts by path and size (rounded to half a pixel), with the advance of every character measured so far."""

    def __init__(self):
        self.kept: dict = {}

    def __call__(self, path: str, size: float) -> tuple[ImageFont.FreeTypeFont, dict[str, float]]:
        key = (path, max(4.0, round(size * 2) / 2))
        if key not in self.kept:
            if len(self.kept) > 400:
                self.kept.clear()
            self.kept[key] = (ImageFont.truetype(path, key[1], layout_engine=ImageFont.Layout.BASIC), {})
        return self.kept[key]


font_at = FontCache()
