import { afterSpaces, closingQuote, openingQuote } from '../formats/rows.ts';
import type { MapBuilder } from './positionMap.ts';

/** A field of a row, without its quotes. */
export interface Field {
  from: number;
  to: number;
  quoted: boolean;
}

/** The text of a CSV or TSV row, put together as `formats/delimited.ts` does. `columns` are those of the text; the row is a valid one. */
export function mapRow(
  builder: MapBuilder,
  columns: readonly number[],
  { delimiter, quoting }: { delimiter: string; quoting: boolean },
): void {
  const fields = fieldsOf(builder.raw, delimiter, quoting);
  const filled = columns.map((column) => fields[column]).filter(({ from, to }) => to > from);
  filled.forEach((field, i) => {
    if (i > 0) builder.put('\n');
    mapField(builder, field);
  });
}

export function fieldsOf(raw: string, delimiter: string, quoting: boolean): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at <= raw.length;) {
    const quote = quoting ? openingQuote(raw, at, delimiter) : -1;
    if (quote >= 0) {
      const closing = closingQuote(raw, quote + 1);
      const to = closing < 0 ? raw.length : closing;
      fields.push({ from: quote + 1, to, quoted: true });
      at = afterSpaces(raw, to + 1) + delimiter.length;
    } else {
      const next = raw.indexOf(delimiter, at);
      const to = next < 0 ? raw.length : next;
      fields.push({ from: at, to, quoted: false });
      at = to + delimiter.length;
    }
  }
  return fields;
}

function mapField(builder: MapBuilder, { from, to, quoted }: Field): void {
  let at = from;
  while (quoted) {
    const quotes = builder.raw.indexOf('""', at);
    if (quotes < 0 || quotes >= to) break;
    builder.add(at, quotes);
    builder.add(quotes, quotes + 2, '"');
    at = quotes + 2;
  }
  builder.add(at, to);
}
