import { expected } from './check.ts';
import { configFileSchema } from './configFile.ts';
import type { Schema } from '../base/schema.ts';

/** What a key means, for hovers, completion and help. */
export interface KeyDescription {
  key: string;
  meaning: string;
  /** What may be written, in words. */
  expected: string;
  /** Value where the config says nothing; undefined where it must be given, null for none. */
  default: unknown;
  source: string;
  /** Flags of the original program that this key carries. */
  flags: readonly string[];
  /** The values there are, or those worth proposing. */
  values?: readonly string[];
}

/** Describes a dotted key or section (`model.filters`, `model`); an entry of a list is described by the list. */
export function describeKey(path: string | readonly (string | number)[]): KeyDescription | undefined {
  const names = typeof path === 'string' ? path.split('.') : path.map(String);
  let schema: Schema = configFileSchema;
  const key: string[] = [];
  for (const name of names) {
    if (schema.kind !== 'object') break;
    if (!Object.hasOwn(schema.properties, name)) return undefined;
    schema = schema.properties[name];
    key.push(name);
  }
  return key.length ? describe(key.join('.'), schema) : undefined;
}

function describe(key: string, schema: Schema): KeyDescription {
  const { description, source, flags = [] } = schema.info;
  const value = schema.info.default ?? (schema.absent ? null : undefined);
  const description_: KeyDescription = {
    key,
    meaning: description,
    expected: expected(schema),
    default: value,
    source,
    flags,
  };
  if (schema.kind === 'string' && (schema.values ?? schema.suggestions)) {
    description_.values = schema.values ?? schema.suggestions;
  }
  if (schema.kind === 'boolean') description_.values = ['true', 'false'];
  return description_;
}
