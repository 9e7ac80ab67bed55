import { el } from '../../ui/index.ts';
import { occurrences } from './occurrences.ts';

/** The text as nodes, with what was searched for marked. */
export function marked(text: string, wanted: string): (string | HTMLElement)[] {
  const parts: (string | HTMLElement)[] = [];
  let at = 0;
  for (const [start, end] of occurrences(text, wanted)) {
    parts.push(text.slice(at, start), el('mark', {}, text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at)];
}
