import { UserError } from '../base/errors.ts';
import { isRecord, type Schema } from '../base/schema.ts';
import { checkText, type Tree } from './check.ts';
import { configFileSchema } from './configFile.ts';
import { ConfigText } from './configText.ts';
import { sections } from './runConfig.ts';
import { nearest } from './spelling.ts';

/** The schema at a dotted key; undefined where there is none. */
export function schemaAt(key: string): Schema | undefined {
  let schema: Schema = configFileSchema;
  for (const name of key.split('.')) {
    if (schema.kind !== 'object' || !Object.hasOwn(schema.properties, name)) return undefined;
    schema = schema.properties[name];
  }
  return schema;
}

/** Every dotted key of a run config. */
export const allKeys: readonly string[] = Object.entries(sections).flatMap(([section, schema]) =>
  Object.keys(schema.properties).map((key) => `${section}.${key}`),
);

/** Reads `key=value` as `--set` gives it. The value is JSON, or plain text where it is not. */
export function parseOverrides(overrides: readonly string[]): Tree {
  const values: Tree = {};
  for (const override of overrides) apply(values, override);
  return values;
}

function apply(values: Tree, override: string): void {
  const equals = override.indexOf('=');
  const key = override.slice(0, Math.max(0, equals)).trim();
  if (!key) {
    throw new UserError(
      'bad-override',
      `--set ${override}: there is no "key=" in it`,
      'Write --set section.key=value, such as --set training.epochs=10.',
    );
  }
  const schema = schemaAt(key);
  if (!schema) throw unknownKey(key);
  const { value, diagnostics } = checkText(new ConfigText(jsonOf(override.slice(equals + 1), schema)), schema, key);
  if (diagnostics.length) {
    throw new UserError('bad-override', `--set ${key}: ${diagnostics[0].message}`, schema.info.description);
  }
  put(values, key.split('.'), value);
}

function unknownKey(key: string): UserError {
  const name = key.slice(key.lastIndexOf('.') + 1);
  const same = allKeys.find((known) => known.endsWith(`.${name}`));
  const near =
    same ??
    nearest(key, allKeys) ??
    nearest(
      name,
      allKeys.map((known) => known.split('.')[1]),
    );
  const meant = near && !near.includes('.') ? allKeys.find((known) => known.endsWith(`.${near}`)) : near;
  return new UserError(
    'unknown-key',
    `--set ${key}: there is no such key`,
    meant ? `Did you mean ${meant}?` : 'Keys are section.key, such as training.epochs.',
  );
}

/** Text that is to become text needs no quotes, not even where it looks like a number. */
function jsonOf(raw: string, schema: Schema): string {
  const trimmed = raw.trim();
  try {
    const value: unknown = JSON.parse(trimmed);
    if (schema.kind !== 'string' || typeof value === 'string' || value === null) return trimmed;
  } catch {
    // not JSON: plain text
  }
  return JSON.stringify(trimmed);
}

function put(values: Tree, path: string[], value: unknown): void {
  const [first, ...rest] = path;
  if (rest.length) put((values[first] ??= {}) as Tree, rest, value);
  else if (isRecord(value)) {
    values[first] = { ...(values[first] as Tree | undefined), ...value };
  } else values[first] = value;
}
