/** Where the records of a JSON text stand that is no "object a line": an array, an array under a key, columns. */
import { jsonPlace } from '../../formats/jsonRecords.ts';
import { parseLiteral } from '../../formats/literal.ts';
import { shapeOfJson } from '../formats/json.ts';
import { entriesOf, itemsOf, mapValues, readValue, valuesAt, type Value } from './jsonText.ts';
import { MapBuilder, type Lines, type Position, type PositionMap, Source } from './positionMap.ts';

/** A stretch of the text that belongs to a record; of columns, a cell. */
interface Cell extends Value {
  /** Number of the record, from 0. */
  row: number;
}

interface Rows {
  /** Ascending; none overlaps another. */
  cells: Cell[];
  /** The values of a field of a record. */
  values(row: number, field: string): Value[];
}

export interface JsonCell {
  /** Number of the record, from 0. */
  row: number;
  text: string;
  /** Its lines, both inclusive. */
  first: number;
  last: number;
}

export class JsonDocument {
  private readonly source: Source;
  private readonly rows: Rows;

  constructor(lines: Lines) {
    this.source = new Source(lines, 0, lines.count - 1);
    this.rows = rowsOf(this.source.raw);
  }

  /** Records that the text holds. */
  get count(): number {
    return this.rows.cells.reduce((count, { row }) => Math.max(count, row + 1), 0);
  }

  /** What stands at a position; undefined between records. */
  at(position: Position): JsonCell | undefined {
    const { cells } = this.rows;
    const offset = this.source.offsetOf(position);
    let [low, high] = [0, cells.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cells[middle].to <= offset) low = middle + 1;
      else high = middle;
    }
    const cell = cells[low] as Cell | undefined;
    if (!cell || cell.from > offset) return undefined;
    const { row, from, to } = cell;
    const text = this.source.raw.slice(from, to);
    return { row, text, first: this.source.positionOf(from).line, last: this.source.positionOf(to).line };
  }

  /** The text of a record, of the fields that make it up. */
  map(row: number, fields: readonly string[]): PositionMap {
    const builder = new MapBuilder(this.source);
    mapValues(
      builder,
      fields.map((field) => this.rows.values(row, field)),
    );
    return builder.build();
  }
}

function rowsOf(raw: string): Rows {
  const start = Math.max(0, raw.search(/\S/));
  const place = jsonPlace(raw, true) ?? { in: 'sequence' };
  switch (place.in) {
    case 'array':
      return listed(raw, itemsOf(raw, start));
    case 'key':
      return listed(raw, itemsAt(raw, start, [place.key]));
    case 'sequence':
      return listed(raw, sequence(raw, start));
    case 'columns':
      return whole(raw, start);
  }
}

const listed = (raw: string, items: readonly Value[]): Rows => ({
  cells: items.map((item, row) => ({ ...item, row })),
  values: (row, field) => valuesAt(raw, items[row], field),
});

/** What the list at a path holds. */
function itemsAt(raw: string, start: number, path: readonly string[]): Value[] {
  let from: number | undefined = start;
  for (const key of path) from = from === undefined ? undefined : entriesOf(raw, from).get(key)?.from;
  return from === undefined ? [] : itemsOf(raw, from);
}

function sequence(raw: string, start: number): Value[] {
  const values: Value[] = [];
  const between = /[^\s,]/g;
  for (let at = start; at < raw.length;) {
    const value = readValue(raw, at);
    if (value.to === at) break; // no JSON
    values.push(value);
    between.lastIndex = value.to;
    at = between.exec(raw)?.index ?? raw.length;
  }
  return values;
}

function whole(raw: string, start: number): Rows {
  const shape = shapeOfJson(valueOf(raw));
  switch (shape?.kind) {
    case 'list':
      return listed(raw, itemsAt(raw, start, shape.path));
    case 'split': {
      const rows = listed(raw, itemsAt(raw, start, ['data']));
      return { ...rows, values: (row, field) => rows.values(row, String(shape.columns.indexOf(field))) };
    }
    case 'ids': {
      const entries = entriesOf(raw, start);
      const { values } = listed(
        raw,
        shape.ids.map((id) => entries.get(id) ?? { from: 0, to: 0 }),
      );
      const cells = shape.ids.flatMap((id, row) => ({ ...(entries.get(id) ?? { from: 0, to: 0 }), row }));
      return { cells: cells.sort((a, b) => a.from - b.from), values };
    }
    case 'columns':
      return inColumns(raw, entriesOf(raw, start), shape);
    default:
      return listed(raw, [readValue(raw, start)]);
  }
}

function inColumns(
  raw: string,
  entries: ReadonlyMap<string, Value>,
  { columns, keys }: { columns: readonly string[]; keys: readonly string[] },
): Rows {
  const named = columns.map((name): [string, Map<string, Value>] => {
    const column = entries.get(name);
    return [name, column ? entriesOf(raw, column.from) : new Map<string, Value>()];
  });
  const cellsOf = new Map(named);
  const cells = named.flatMap(([, column]) =>
    keys.flatMap((key, row) => {
      const value = column.get(key);
      return value ? [{ ...value, row }] : [];
    }),
  );
  const valueIn = (name: string, row: number): Value | undefined => cellsOf.get(name)?.get(keys[row]);
  return {
    cells: cells.sort((a, b) => a.from - b.from),
    values(row, field) {
      const own = valueIn(field, row);
      if (own) return [own];
      const dot = field.indexOf('.');
      const outer = dot > 0 ? valueIn(field.slice(0, dot), row) : undefined;
      return outer ? valuesAt(raw, outer, field.slice(dot + 1)) : [];
    },
  };
}

function valueOf(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return parseLiteral(raw)?.value; // as people write it
  }
}
