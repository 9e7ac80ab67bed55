/** What may be written where the cursor is. */
import { configFileSchema } from '../configFile.ts';
import { ConfigText } from '../configText.ts';
import type { Edit, Range } from '../diagnostics.ts';
import { schemaAt } from '../overrides.ts';
import type { Schema } from '../../base/schema.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import type { Environment, Proposal } from './environment.ts';
import { proposeKeys } from './keys.ts';
import { proposeValues } from './values.ts';

export interface Completion extends Proposal {
  /** What is replaced. */
  range: Range;
  /** What the text in `range` is compared with. */
  filter: string;
  /** Earlier ones come first. */
  order: number;
  /** The comma that is missing before it. */
  comma?: Edit;
}

/** Never throws; a place where nothing can stand, or that the schema does not know, gives none. */
export async function complete(text: string, offset: number, environment: Environment): Promise<Completion[]> {
  const cursor = cursorAt(text, offset);
  if (!cursor) return [];
  const schema = schemaOf(cursor.path);
  if (!schema) return [];
  const proposals =
    cursor.at === 'key'
      ? proposeKeys(schema, { text, cursor, environment })
      : await proposeValues(schema, { text, cursor, offset, environment });
  const source = new ConfigText(text);
  const range = source.range(cursor.start, cursor.end);
  const { commaAt } = cursor;
  const comma = commaAt === undefined ? undefined : { range: source.range(commaAt, commaAt), newText: ',' };
  return proposals.map((proposal, order) => ({
    ...proposal,
    insert: proposal.insert + commaBehind(cursor, proposal),
    range,
    filter: proposal.filter ?? filterOf(proposal.label, text.slice(cursor.start, offset)),
    order,
    ...(comma && { comma }),
  }));
}

/** A value that something follows needs a comma; a folder is not the end of a path. */
const commaBehind = ({ next }: Cursor, { kind }: Proposal): string =>
  next === 'other' && kind !== 'folder' && kind !== 'config' ? ',' : '';

/** Quotes that were typed belong to what is replaced. */
const filterOf = (label: string, typed: string): string => (typed.startsWith('"') ? JSON.stringify(label) : label);

/** What the schema says of a place; an entry of a list has the list's items. */
function schemaOf(path: readonly (string | number)[]): Schema | undefined {
  const names = path.filter((name) => typeof name === 'string');
  const schema = names.length ? schemaAt(names.join('.')) : configFileSchema;
  if (names.length === path.length || !schema) return schema;
  const lists = [schema, ...(schema.kind === 'union' ? schema.options : [])];
  const list = lists.find((candidate) => candidate.kind === 'array');
  return list?.kind === 'array' ? { ...list.items, info: schema.info } : undefined;
}
