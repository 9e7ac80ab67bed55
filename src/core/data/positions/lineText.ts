import { labelWithin, withoutCommas } from '../formats/fasttext.ts';
import type { MapBuilder } from './positionMap.ts';

/** What is left of a fastText line without its labels. */
export function mapFastText(builder: MapBuilder, prefix = '__label__', separator?: string): void {
  const raw = separator === ',' ? withoutCommas(builder.raw, prefix) : builder.raw;
  let at = 0;
  while (raw.startsWith(prefix, at)) at += /^\S*\s*/.exec(raw.slice(at))?.[0].length ?? 0;
  const rest = raw.slice(at);
  const start = at;
  for (const match of rest.matchAll(labelWithin(prefix))) {
    const label = start + match.index;
    builder.add(at, label + match[1].length);
    at = label + match[0].length;
  }
  builder.add(at, raw.length);
}

/** What follows the labels, the first or second of the parts between tabs. */
export function mapLibMultiLabel(builder: MapBuilder, columns: 2 | 3): void {
  const first = builder.raw.indexOf('\t');
  builder.add((columns === 2 ? first : builder.raw.indexOf('\t', first + 1)) + 1, builder.raw.length);
}

export function mapWholeLine(builder: MapBuilder): void {
  builder.add(0, builder.raw.length);
}
