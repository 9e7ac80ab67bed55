import type { MapBuilder } from './positionMap.ts';

/** A value of a record: where it stands, quotes and brackets included. */
export interface Value {
  from: number;
  to: number;
}

/**
 * The text of a JSON record, put together as `formats/records.ts` does. `fields` names those of the text, nested ones by
 * their paths; the record is a valid one. Of one that was read leniently the text may come out otherwise, or not at all.
 */
export function mapJson(builder: MapBuilder, fields: readonly string[]): void {
  const { raw } = builder;
  mapValues(
    builder,
    fields.map((field) => valuesAt(raw, { from: next(raw, 0, /[{[]/g), to: raw.length }, field)),
  );
}

/** Texts as one; each may stand in several values. */
export function mapValues(builder: MapBuilder, fields: readonly (readonly Value[])[]): void {
  const { raw } = builder;
  let isFirst = true;
  for (const values of fields) {
    const parts = values.flatMap((value) => leavesOf(raw, value)).filter(({ from }) => !isNull(raw, from));
    if (parts.length === 0 || (parts.length === 1 && parts[0].to - parts[0].from === 2 && isQuote(raw[parts[0].from])))
      continue;
    if (!isFirst) builder.put('\n');
    isFirst = false;
    parts.forEach((part, i) => {
      if (i > 0) builder.put('\n');
      if (isQuote(raw[part.from])) mapString(builder, part);
      else builder.add(part.from, part.to, numberText(raw.slice(part.from, part.to)));
    });
  }
}

const isQuote = (c: string): boolean => c === '"' || c === "'";
const isNull = (raw: string, from: number): boolean => raw.startsWith('null', from) || raw.startsWith('None', from);

/** Whole numbers beyond 2^53 keep their digits. */
const numberText = (written: string): string => (/^-?\d{16,}$/.test(written) ? written : String(Number(written)));

/** Lists of texts do not go deeper. */
const deepest = 4;

/** What stands in lists of lists, in its order. */
function leavesOf(raw: string, value: Value, depth = 0): Value[] {
  if (raw[value.from] !== '[') return [value];
  return depth < deepest ? itemsOf(raw, value.from).flatMap((item) => leavesOf(raw, item, depth + 1)) : [];
}

/** The values that stand at a path, found as `valueAt` finds them. */
export function valuesAt(raw: string, record: Value, path: string): Value[] {
  const values = entriesOf(raw, record.from);
  const own = values.get(path);
  if (own) return [own];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const value = values.get(path.slice(0, dot));
    const rest = path.slice(dot + 1);
    if (!value) continue;
    if (raw[value.from] === '{') return valuesAt(raw, value, rest);
    if (raw[value.from] === '[') {
      const parts = itemsOf(raw, value.from).filter((part) => raw[part.from] === '{' && isKept(raw, part));
      return parts.flatMap((part) => valuesAt(raw, part, rest));
    }
  }
  return [];
}

function isKept(raw: string, part: Value): boolean {
  const cancelled = entriesOf(raw, part.from).get('was_cancelled');
  return !cancelled || !/^true$/i.test(raw.slice(cancelled.from, cancelled.to));
}

const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', 0: '\0' };
/** Hexadecimal digits behind an escape; all but `u` are Python's. */
const digits: Record<string, number> = { u: 4, x: 2, U: 8 };

/** The parts of a string between its quotes, escapes each on its own with what they stand for. */
function* stringParts(raw: string, { from, to }: Value): Generator<Value & { text?: string }> {
  const end = to - 1;
  for (let at = from + 1; at < end;) {
    const escape = raw.indexOf('\\', at);
    if (escape < 0 || escape >= end) return yield { from: at, to: end };
    yield { from: at, to: escape };
    const code = raw[escape + 1];
    at = escape + 2 + (digits[code] ?? 0);
    const point = code in digits ? parseInt(raw.slice(escape + 2, at), 16) : NaN;
    const text = point <= 0x10ffff ? String.fromCodePoint(point) : (escapes[code] ?? code);
    yield { from: escape, to: at, text };
  }
}

function mapString(builder: MapBuilder, value: Value): void {
  for (const { from, to, text } of stringParts(builder.raw, value)) builder.add(from, to, text);
}

const textOf = (raw: string, value: Value): string =>
  [...stringParts(raw, value)].map(({ from, to, text }) => text ?? raw.slice(from, to)).join('');

/**
 * The values of the object that begins at `from` by their keys, of a key that stands there twice the last; of a list by
 * their numbers. Recurses nowhere: nesting may be deep.
 */
export function entriesOf(raw: string, from: number): Map<string, Value> {
  if (raw[from] === '[') return new Map(itemsOf(raw, from).map((item, i) => [String(i), item]));
  const values = new Map<string, Value>();
  for (let at = next(raw, from + 1, /[^\s,]/g); isQuote(raw[at]); at = next(raw, at, /[^\s,]/g)) {
    const key = { from: at, to: stringEnd(raw, at) };
    const value = readValue(raw, next(raw, key.to, /[^\s:]/g));
    values.set(textOf(raw, key), value);
    at = value.to;
  }
  return values;
}

/** What the list that begins at `from` holds. */
export function itemsOf(raw: string, from: number): Value[] {
  const items: Value[] = [];
  for (let at = next(raw, from + 1, /[^\s,]/g); at < raw.length && raw[at] !== ']'; at = next(raw, at, /[^\s,]/g)) {
    const item = readValue(raw, at);
    if (item.to === at) break; // no JSON
    items.push(item);
    at = item.to;
  }
  return items;
}

export function readValue(raw: string, from: number): Value {
  if (isQuote(raw[from])) return { from, to: stringEnd(raw, from) };
  if (raw[from] !== '{' && raw[from] !== '[') return { from, to: next(raw, from, /[\s,}\]]/g) };
  let depth = 1;
  let at = from + 1;
  while (depth > 0 && at < raw.length) {
    at = next(raw, at, /["'{}[\]]/g);
    if (isQuote(raw[at])) at = stringEnd(raw, at);
    else {
      depth += raw[at] === '{' || raw[at] === '[' ? 1 : -1;
      at++;
    }
  }
  return { from, to: Math.min(at, raw.length) };
}

/** Where a pattern matches first; the end where it does not. */
function next(raw: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  return pattern.exec(raw)?.index ?? raw.length;
}

/** Behind the closing quote of the string that begins at `from`. */
function stringEnd(raw: string, from: number): number {
  for (let quote = raw.indexOf(raw[from], from + 1); quote >= 0; quote = raw.indexOf(raw[from], quote + 1)) {
    let slashes = 0;
    while (raw[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return raw.length;
}
