/** fastText's supervised format: `__label__x __label__y the text`; labels may stand anywhere in the line, as in fastText. */
import type { SourceOptions } from '../document.ts';
import { detach, type Doubt, type OpenedFormat, type ParsedRecord, readRecordLines } from '../record.ts';
import type { Sample } from '../sample.ts';

const usual = '__label__';
/** Others that labels are seen to begin with (fastText's option `-label`). */
const others = /^(?:__[a-z]+__|#|@|(?:label|tag|class|cat|category|topic)[:=_])(?=[^\s#@])/i;

/** A label behind the first word of a line, and what is before it. */
export const labelWithin = (prefix = usual): RegExp => new RegExp(`(^|\\s)${escaped(prefix)}(\\S+)`, 'g');

const escaped = (prefix: string): string => prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function openFastText(sample: Sample, options: SourceOptions): OpenedFormat {
  const texts = sample.lines.map(({ text }) => text).filter((text) => text.trim() !== '');
  const prefix = options.labelPrefix ?? guessPrefix(texts) ?? usual;
  const within = labelWithin(prefix);
  const separator = options.labelSeparator ?? (hasCommas(texts, prefix) ? ',' : undefined);
  return {
    options: {
      ...options,
      ...(prefix !== usual && { labelPrefix: prefix }),
      ...(separator && { labelSeparator: separator }),
    },
    reasons: {
      ...(prefix !== usual && { labelPrefix: `most lines begin with a word in "${prefix}"` }),
      ...(separator &&
        separator !== options.labelSeparator && { labelSeparator: 'commas stand between the labels of most lines' }),
    },
    cuts: 'lines',
    reader: (pass) =>
      readRecordLines(pass, sample.path, (line) =>
        parseFastText(separator === ',' ? withoutCommas(line, prefix) : line, prefix, within),
      ),
  };
}

/** Whether labels of most lines with several are parted by commas: fastText itself would take `a,__label__b` for one. */
function hasCommas(texts: readonly string[], prefix: string): boolean {
  const [commas, spaces] = [`\\S*?\\s*,\\s*`, `[^\\s,]*\\s+`].map(
    (between) => new RegExp(`(?:^|\\s)${escaped(prefix)}${between}${escaped(prefix)}`),
  );
  const parted = texts.filter((text) => commas.test(text)).length;
  return parted > 0 && parted >= texts.filter((text) => spaces.test(text)).length;
}

/** The commas between and behind the first labels as spaces, so that every character keeps its place. */
export function withoutCommas(line: string, prefix: string): string {
  const head = new RegExp(`^(?:${escaped(prefix)}[^\\s,]*(?:[\\s,]+|$))+`).exec(line)?.[0] ?? '';
  return head.replaceAll(',', ' ') + line.slice(head.length);
}

/** What labels begin with: `__label__` in half of the lines, or another mark at the beginning of nearly all whose labels come back. */
export function guessPrefix(texts: readonly string[]): string | undefined {
  const labelled = texts.filter((text) => text.startsWith(usual) || /\s__label__\S/.test(text)).length;
  if (labelled > 0 && labelled * 2 >= texts.length) return usual;
  const prefix = others.exec(texts[0] ?? '')?.[0];
  if (prefix === undefined) return undefined;
  const words = texts.filter((text) => text.startsWith(prefix)).map((text) => text.split(/\s/, 1)[0]);
  const hasText = texts.some((text) => text.split(/\s+/).some((word) => !word.startsWith(prefix)));
  return hasText && words.length >= texts.length * 0.9 && new Set(words).size * 2 <= words.length ? prefix : undefined;
}

function parseFastText(line: string, prefix: string, within: RegExp): ParsedRecord {
  const labels: string[] = [];
  let at = 0;
  while (line.startsWith(prefix, at)) {
    const stop = wordEnd(line, at);
    if (stop > at + prefix.length) labels.push(detach(line.slice(at + prefix.length, stop)));
    at = stop;
    while (at < line.length && isSpace(line.charCodeAt(at))) at++;
  }
  const rest = line.slice(at);
  const text = !rest.includes(prefix)
    ? rest
    : rest.replace(within, (_, space: string, label: string) => {
        labels.push(detach(label));
        return space;
      });
  const doubts = labels.some((label) => label.startsWith('"')) ? labels.flatMap(quoteDoubt) : [];
  return { text, labels, ...(doubts.length && { doubts }) };
}

/** fastText knows no quotes: a label ends at the next space. */
const quoteDoubt = (label: string): Doubt[] =>
  label.startsWith('"') && !/^".*"$/.test(label)
    ? [
        {
          code: 'odd-label',
          message: `The label ${label} begins with a quote: fastText ends labels at a space, quotes or not`,
        },
      ]
    : [];

function wordEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && !isSpace(line.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
