/** Keys that an object may still be given, each with the value that holds already or a likely one. */
import { presetNames, presets } from '../presets.ts';
import type { ObjectSchema, Schema } from '../../base/schema.ts';
import type { Cursor } from './cursor.ts';
import { type Environment, escapeSnippet, jsonLine, type Proposal } from './environment.ts';
import { inheritedValue } from './inherited.ts';

interface Place {
  text: string;
  cursor: Cursor;
  environment: Environment;
}

export function proposeKeys(schema: Schema, { text, cursor, environment }: Place): Proposal[] {
  if (schema.kind !== 'object') return [];
  const section = cursor.path.join('.');
  const names = Object.keys(schema.properties).filter((name) => !cursor.present.has(name));
  names.sort((a, b) => Number(a.startsWith('$')) - Number(b.startsWith('$'))); // $schema is for other editors
  return names.map((name) => {
    const key = section ? `${section}.${name}` : name;
    const property = schema.properties[name];
    const isSection = property.kind === 'object';
    const value = section ? likelyValue(text, key, environment) : undefined;
    const { snippet, goesOn } = valueSnippet(property, value);
    const isNamedOnly = cursor.next === 'colon';
    return {
      kind: isSection ? 'section' : 'key',
      label: name,
      detail: isSection ? undefined : value === undefined ? undefined : shown(value),
      insert: isNamedOnly ? escapeSnippet(JSON.stringify(name)) : `${escapeSnippet(JSON.stringify(name))}: ${snippet}`,
      key,
      goesOn: goesOn && !isNamedOnly,
    };
  });
}

/** What holds without the key; where that is nothing, what `wide` says, else any. */
function likelyValue(text: string, key: string, environment: Environment): unknown {
  const { value } = inheritedValue(text, key, environment);
  return value ?? valueOfPreset(key);
}

function valueOfPreset(key: string): unknown {
  const [section, name] = key.split('.');
  const order = ['wide', ...presetNames] as const;
  const values = order.map(
    (preset) => (presets[preset].values as Record<string, Record<string, unknown>>)[section]?.[name],
  );
  return values.find((value) => value !== undefined && value !== null);
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : jsonLine(value));

/** A value to fill in, and whether completion should go on inside it. */
export function valueSnippet(schema: Schema, value: unknown): { snippet: string; goesOn: boolean } {
  switch (schema.kind) {
    case 'object':
      return { snippet: sectionSnippet(schema), goesOn: true };
    case 'boolean':
      return { snippet: choice(value === true ? ['true', 'false'] : ['false', 'true']), goesOn: false };
    case 'number':
      return { snippet: placeholder(value ?? schema.min ?? 1), goesOn: false };
    case 'array':
      return Array.isArray(value) && value.length
        ? { snippet: `[\${1:${escapeSnippet(jsonLine(value).slice(1, -1))}}]`, goesOn: false }
        : { snippet: schema.items.kind === 'number' ? '[$1]' : '["$1"]', goesOn: true };
    case 'union':
      return { snippet: '"$1"', goesOn: true };
    case 'string': {
      if (schema.path) return { snippet: '"$1"', goesOn: true };
      if (schema.values) {
        const first = schema.values.filter((candidate) => candidate === value);
        const others = schema.values.filter((candidate) => candidate !== value);
        return { snippet: `"${choice([...first, ...others])}"`, goesOn: false };
      }
      return typeof value === 'string'
        ? { snippet: `"\${1:${escapeSnippet(value)}}"`, goesOn: false }
        : { snippet: '"$1"', goesOn: true };
    }
  }
}

/** A section is opened with the one key that must be given. */
const sectionSnippet = ({ properties }: ObjectSchema): string =>
  'train' in properties && properties.train.kind === 'string' ? '{\n\t"train": "$1",$0\n}' : '{\n\t$0\n}';

const placeholder = (value: unknown): string =>
  value === undefined || value === null ? '$1' : `\${1:${jsonLine(value)}}`;
const choice = (values: readonly string[]): string => `\${1|${values.map(escapeChoice).join(',')}|}`;
const escapeChoice = (value: string): string => value.replace(/[\\,|]/g, '\\$&');
