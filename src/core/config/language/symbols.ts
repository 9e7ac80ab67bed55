/** The outline of a config. */
import type { Node } from 'jsonc-parser';
import { ConfigText } from '../configText.ts';
import type { Range } from '../diagnostics.ts';

export interface ConfigSymbol {
  name: string;
  /** The value on one line; empty for sections. */
  detail: string;
  kind: 'section' | 'string' | 'number' | 'boolean' | 'list' | 'null';
  range: Range;
  /** The name itself. */
  selection: Range;
  children: ConfigSymbol[];
}

const longestDetail = 60;

export function symbolsOf(text: string): ConfigSymbol[] {
  const source = new ConfigText(text);
  return source.root ? symbolsIn(source.root, source) : [];
}

function symbolsIn(object: Node, source: ConfigText): ConfigSymbol[] {
  if (object.type !== 'object') return [];
  return (object.children ?? []).flatMap((property) => {
    const [name, value] = property.children ?? [];
    if (!name) return [];
    return {
      name: String(name.value) || '""', // an editor takes no symbol without a name
      detail: value && value.type !== 'object' ? shorten(source.textOf(value)) : '',
      kind: value ? kindOf(value) : 'null',
      range: source.rangeOf(property),
      selection: source.rangeOf(name),
      children: value ? symbolsIn(value, source) : [],
    };
  });
}

function kindOf({ type }: Node): ConfigSymbol['kind'] {
  if (type === 'object') return 'section';
  if (type === 'array') return 'list';
  return type === 'property' ? 'null' : type;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > longestDetail ? `${line.slice(0, longestDetail - 1)}…` : line;
}
