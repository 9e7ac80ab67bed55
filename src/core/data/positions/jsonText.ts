import type { MapBuilder } from './positionMap.ts';

/** A value of a record: where it stands, quotes and brackets included, and the same of what a list holds. */
interface Value {
  from: number;
  to: number;
  items?: Value[];
}

/** The text of a JSON record, put together as `formats/jsonl.ts` does. `fields` names those of the text; the record is a valid one. */
export function mapJson(builder: MapBuilder, fields: readonly string[]): void {
  const { raw } = builder;
  const values = valuesOf(raw);
  let isFirst = true;
  for (const field of fields) {
    const value = values.get(field);
    if (!value || raw.startsWith('null', value.from)) continue;
    const parts = value.items ?? [value];
    if (parts.length === 0 || (parts.length === 1 && raw.startsWith('""', parts[0].from))) continue;
    if (!isFirst) builder.put('\n');
    isFirst = false;
    parts.forEach((part, i) => {
      if (i > 0) builder.put('\n');
      if (raw[part.from] === '"') mapString(builder, part);
      else builder.add(part.from, part.to, String(Number(raw.slice(part.from, part.to))));
    });
  }
}

const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function mapString(builder: MapBuilder, { from, to }: Value): void {
  const { raw } = builder;
  const end = to - 1;
  for (let at = from + 1; at < end;) {
    const escape = raw.indexOf('\\', at);
    if (escape < 0 || escape >= end) return builder.add(at, end);
    builder.add(at, escape);
    const code = raw[escape + 1];
    at = escape + (code === 'u' ? 6 : 2);
    const text = code === 'u' ? String.fromCharCode(parseInt(raw.slice(escape + 2, at), 16)) : (escapes[code] ?? code);
    builder.add(escape, at, text);
  }
}

/** The values of an object by their keys; of a key that stands there twice the last. Recurses nowhere: nesting may be deep. */
function valuesOf(raw: string): Map<string, Value> {
  const values = new Map<string, Value>();
  for (let at = next(raw, raw.indexOf('{') + 1, /[^\s,]/g); raw[at] === '"'; at = next(raw, at, /[^\s,]/g)) {
    const keyEnd = stringEnd(raw, at);
    const value = readValue(raw, next(raw, keyEnd, /[^\s:]/g));
    values.set(JSON.parse(raw.slice(at, keyEnd)) as string, value);
    at = value.to;
  }
  return values;
}

function readValue(raw: string, from: number): Value {
  if (raw[from] === '"') return { from, to: stringEnd(raw, from) };
  if (raw[from] !== '{' && raw[from] !== '[') return { from, to: next(raw, from, /[\s,}\]]/g) };
  const items: Value[] = [];
  let depth = 1;
  let at = from + 1;
  while (depth > 0) {
    at = next(raw, at, /["{}[\]]/g);
    if (raw[at] === '"') {
      const to = stringEnd(raw, at);
      if (depth === 1) items.push({ from: at, to });
      at = to;
    } else {
      depth += raw[at] === '{' || raw[at] === '[' ? 1 : -1;
      at++;
    }
  }
  return { from, to: at, items };
}

/** Where a pattern matches first; the end where it does not. */
function next(raw: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  return pattern.exec(raw)?.index ?? raw.length;
}

/** Behind the closing quote of the string that begins at `from`. */
function stringEnd(raw: string, from: number): number {
  for (let quote = raw.indexOf('"', from + 1); quote >= 0; quote = raw.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (raw[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return raw.length;
}
