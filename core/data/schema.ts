import * as v from "valibot";
import { invalid, refusal, show } from "./check.js";

/**
 * What a value from outside must be. `object` holds it to the type of the same name: a field that is missing, superfluous
 * or of another kind does not compile. The types stay interfaces of their own, because declarations that name the schema
 * library make every notebook's first completion wait for it, and lose their docstrings.
 */
export type Schema<T> = v.GenericSchema<unknown, T>;

/** What is wrong with a value that has the right shape, where in it, and what was expected. */
export interface Wrong {
  at?: readonly (string | number)[];
  is: string;
  expected: string;
}

/**
 * Reads a value from outside. Unknown properties are dropped.
 * @param name of the whole; `root` is what stands before the names of its parts
 * @throws RangeError naming the first thing that is wrong (`invalid pages.p1.width: -5, expected an integer from …`)
 */
export function parse<T>(schema: Schema<T>, value: unknown, name: string, root = `${name}.`): T {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (success) return output;
  const [issue] = issues;
  const path = issue.path?.map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  const full = path?.startsWith(".") ? root + path.slice(1) : name + (path ?? "");
  throw issue.type === "raw_check"
    ? refusal(full, issue.received, issue.message)
    : invalid(full, issue.input, issue.message);
}

export function integer(least: number, most: number): Schema<number> {
  const expected = `an integer from ${least} to ${most}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(least, expected),
    v.maxValue(most, expected),
  );
}

export function finite(least: number, most: number): Schema<number> {
  const expected = `a number from ${least} to ${most}`;
  return v.pipe(v.number(expected), v.minValue(least, expected), v.maxValue(most, expected));
}

export function text(most = 10_000): Schema<string> {
  const expected = `text of at most ${most} characters`;
  return v.pipe(v.string(expected), v.maxLength(most, expected));
}

/** Text that is changed on its way in. */
export function textAs(read: (text: string) => string, most?: number): Schema<string> {
  return v.pipe(text(most), v.transform(read));
}

export function constant<const T extends string>(value: T): Schema<T> {
  return v.literal(value, `"${value}"`);
}

export function flag(): Schema<boolean> {
  return v.boolean("true or false");
}

export function oneOf<const T extends readonly string[]>(allowed: T): Schema<T[number]> {
  return v.picklist(allowed, `one of ${allowed.join(", ")}`);
}

export function orNull<T>(of: Schema<T>): Schema<T | null> {
  return v.nullable(of);
}

export function optional<T>(of: Schema<T>): Schema<T | undefined> {
  return v.optional(of);
}

/** A list of `least` to `most` items. The length is checked before any item is. */
export function list<T>(of: Schema<T>, least: number, most: number): Schema<T[]> {
  const expected = `a list of ${least} to ${most}`;
  return v.pipe(
    v.array(v.unknown(), expected),
    v.minLength(least, expected),
    v.maxLength(most, expected),
    v.array(of),
  );
}

/** The lower end, then the upper end. */
export function range(least: number, most: number): Schema<[number, number]> {
  const ends = v.pipe(
    list(finite(least, most), 2, 2),
    v.transform(([low, high]): [number, number] => [low, high]),
  );
  return checked(ends, ([low, high]) =>
    low < high ? null : { is: `${low} to ${high}`, expected: "the lower end first" },
  );
}

const anObject = v.custom<Record<string, unknown>>(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value),
  "an object",
);

/** An object with a schema for each property of `T`. */
export function object<T extends object>(fields: { [K in keyof T]-?: Schema<T[K]> }): Schema<T> {
  const all = Object.entries(fields) as [string, Schema<unknown>][];
  const given = (value: Record<string, unknown>) =>
    Object.fromEntries(
      // A property that is missing is refused by its own schema, in its own words.
      all.flatMap(([key, { type }]) =>
        value[key] === undefined && type === "optional" ? [] : [[key, value[key]]],
      ),
    );
  return v.pipe(anObject, v.transform(given), v.object(Object.fromEntries(all))) as unknown as Schema<T>;
}

/** Values by key, at least `least` and at most `most` of them. */
export function record<T>(of: Schema<T>, least: number, most: number): Schema<Record<string, T>> {
  const counted = checked(anObject, (value) => {
    const keys = Object.keys(value);
    if (keys.length < least || keys.length > most)
      return {
        is: `${keys.length} entries`,
        expected: least > 0 ? `${least} to ${most}` : `at most ${most}`,
      };
    const long = keys.find((key) => key.length > 300);
    return long ? { is: `the key ${show(long)}`, expected: "keys of at most 300 characters" } : null;
  });
  return v.pipe(counted, v.record(v.string(), of));
}

/** Any view or ArrayBuffer as bytes; those that are bytes already stay the same object. */
export function bytes(): Schema<Uint8Array> {
  return v.pipe(
    v.custom<ArrayBuffer | ArrayBufferView>(
      (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value),
      "binary data",
    ),
    v.transform((value) => {
      if (value instanceof Uint8Array) return value;
      if (value instanceof ArrayBuffer) return new Uint8Array(value);
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }),
  );
}

/** Little-endian float32, at any offset. */
export function floats(): Schema<Float32Array> {
  const whole = checked(bytes(), ({ byteLength }) =>
    byteLength % 4 === 0 ? null : { is: `${byteLength} bytes`, expected: "float32 values of 4 bytes each" },
  );
  return v.pipe(
    whole,
    v.transform((raw) => {
      // Every engine that runs this is little-endian; only the alignment can be wrong.
      const aligned = raw.byteOffset % 4 === 0 ? raw : raw.slice();
      return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
    }),
  );
}

/** Each from `-most` to `most`. */
export function cosines(most: number): Schema<Float32Array> {
  return checked(floats(), (data) => {
    for (let i = 0; i < data.length; i++)
      // Written so that NaN fails, too.
      if (!(data[i] >= -most && data[i] <= most))
        return { at: [i], is: show(data[i]), expected: "a cosine from -1 to 1" };
    return null;
  });
}

/**
 * For long lists that nobody writes to: what was read once is known again when the same object comes again, and the same
 * object comes out.
 */
export function once<T extends object>(of: Schema<T>): Schema<T> {
  const known = new WeakMap<object, T>();
  return v.lazy((input): Schema<T> => {
    const before = typeof input === "object" && input !== null ? known.get(input) : undefined;
    const keep = (read: T) => {
      known.set(input as object, read);
      return read;
    };
    return before
      ? v.pipe(
          v.any(),
          v.transform((): T => before),
        )
      : v.pipe(of, v.transform(keep));
  });
}

/** A schema with a rule that no single field states. */
export function checked<T>(of: Schema<T>, check: (value: T) => Wrong | null): Schema<T> {
  return v.pipe(
    of,
    v.rawCheck(({ dataset, addIssue }) => {
      const wrong = dataset.typed ? check(dataset.value) : null;
      if (!wrong) return;
      const path = wrong.at?.map((key) => ({ type: "unknown", origin: "value", input: {}, key, value: key }));
      addIssue({
        received: wrong.is,
        message: wrong.expected,
        path: path as [v.IssuePathItem, ...v.IssuePathItem[]] | undefined,
      });
    }),
  );
}
