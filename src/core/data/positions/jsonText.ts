import type { Node } from 'jsonc-parser';
import { parseTree } from 'jsonc-parser';
import type { MapBuilder } from './positionMap.ts';

/** The text of a JSON record, put together as `formats/jsonl.ts` does. `fields` names those of the text; the record is a valid one. */
export function mapJson(builder: MapBuilder, fields: readonly string[]): void {
  const values = valuesOf(parseTree(builder.raw));
  let isFirst = true;
  for (const field of fields) {
    const parts = partsOf(values.get(field));
    if (parts === undefined) continue;
    const isEmpty = parts.every(({ value }) => value === '') && parts.length < 2;
    if (isEmpty) continue;
    if (!isFirst) builder.put('\n');
    isFirst = false;
    parts.forEach((part, i) => {
      if (i > 0) builder.put('\n');
      if (part.type === 'string') mapString(builder, part);
      else builder.add(part.offset, part.offset + part.length, String(part.value));
    });
  }
}

/** Of a key that stands there twice the last counts. */
function valuesOf(root: Node | undefined): Map<string, Node> {
  const values = new Map<string, Node>();
  for (const { children = [] } of root?.children ?? [])
    if (children.length === 2) values.set(children[0].value as string, children[1]);
  return values;
}

function partsOf(node: Node | undefined): Node[] | undefined {
  if (!node || node.type === 'null') return undefined;
  return node.type === 'array' ? (node.children ?? []) : [node];
}

const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function mapString(builder: MapBuilder, { offset, length }: Node): void {
  const { raw } = builder;
  const end = offset + length - 1;
  for (let at = offset + 1; at < end;) {
    const escape = raw.indexOf('\\', at);
    if (escape < 0 || escape >= end) return builder.add(at, end);
    builder.add(at, escape);
    const code = raw[escape + 1];
    at = escape + (code === 'u' ? 6 : 2);
    const text = code === 'u' ? String.fromCharCode(parseInt(raw.slice(escape + 2, at), 16)) : (escapes[code] ?? code);
    builder.add(escape, at, text);
  }
}
