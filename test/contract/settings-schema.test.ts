import { PALETTE_CHOICES } from "../../core/data/palette-names";
import { defaultView } from "../../core/view/lens-view";
import { lensData } from "../core/example";
import { json } from "./source";

const { properties, ...schema } = json("schema/plugin.json");

test("the Settings editor offers the palettes that there are, and begins as a lens opens by itself", () => {
  const { color, scope } = defaultView(lensData());
  expect(properties.palette.enum).toEqual(PALETTE_CHOICES);
  expect(properties.palette.default).toBe(color.palette);
  expect(properties.wordsOnly.default).toBe(scope === "words");
  expect([properties.model.default, properties.dpi.default]).toEqual(["mini", 150]);
  expect(schema.additionalProperties).toBe(false);
});
