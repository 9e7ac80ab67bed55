/** fastText's supervised format: `__label__x __label__y the text`; labels may stand anywhere in the line, as in fastText. */
import type { SourceOptions } from '../document.ts';
import { detach, readRecordLines, type OpenedFormat } from '../record.ts';
import type { Sample } from '../sample.ts';

const prefix = '__label__';
/** A label behind the first word of a line, and what is before it. */
export const labelWithin = /(^|\s)__label__(\S+)/g;

export function openFastText(sample: Sample, options: SourceOptions): OpenedFormat {
  return { options, reader: (pass) => readRecordLines(pass, sample.path, parseFastText) };
}

export function hasFastTextLabel(line: string): boolean {
  return line.startsWith(prefix) || /\s__label__\S/.test(line);
}

function parseFastText(line: string): { text: string; labels: string[] } {
  const labels: string[] = [];
  let at = 0;
  while (line.startsWith(prefix, at)) {
    const stop = wordEnd(line, at);
    if (stop > at + prefix.length) labels.push(detach(line.slice(at + prefix.length, stop)));
    at = stop;
    while (at < line.length && isSpace(line.charCodeAt(at))) at++;
  }
  const rest = line.slice(at);
  if (!rest.includes(prefix)) return { text: rest, labels };
  const text = rest.replace(labelWithin, (_, space: string, label: string) => {
    labels.push(detach(label));
    return space;
  });
  return { text, labels };
}

function wordEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && !isSpace(line.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
