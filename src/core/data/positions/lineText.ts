import { labelWithin } from '../formats/fasttext.ts';
import type { MapBuilder } from './positionMap.ts';

/** The labels that a line begins with, as `formats/fasttext.ts` reads them. */
const leadingLabels = /^(?:__label__[^ \t-\r]*[ \t-\r]*)*/;

/** What is left of a fastText line without its labels. */
export function mapFastText(builder: MapBuilder): void {
  const { raw } = builder;
  let at = leadingLabels.exec(raw)?.[0].length ?? 0;
  const rest = raw.slice(at);
  const start = at;
  for (const match of rest.matchAll(labelWithin)) {
    const label = start + match.index;
    builder.add(at, label + match[1].length);
    at = label + match[0].length;
  }
  builder.add(at, raw.length);
}

/** The last of the parts between tabs. */
export function mapLibMultiLabel(builder: MapBuilder): void {
  builder.add(builder.raw.lastIndexOf('\t') + 1, builder.raw.length);
}

export function mapWholeLine(builder: MapBuilder): void {
  builder.add(0, builder.raw.length);
}
