import { configFileSchema } from './configFile.ts';
import type { Schema } from '../base/schema.ts';

type Json = Record<string, unknown>;

/** The JSON Schema (draft-07) of `*.xmlcnn.json`; `source` is our own annotation, which validators pass over. */
export function jsonSchema(): Json {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'XML-CNN run config',
    ...toJson(configFileSchema),
  };
}

function toJson(schema: Schema): Json {
  const { description, source } = schema.info;
  const about: Json = description ? { description, ...defaultOf(schema), source } : {};
  return { ...about, ...withNull(constraints(schema), schema.absent !== undefined) };
}

function defaultOf(schema: Schema): Json {
  const value = schema.info.default ?? (schema.absent ? null : schema.kind === 'object' ? {} : undefined);
  return value === undefined ? {} : { default: value };
}

function withNull(json: Json, nullable: boolean): Json {
  if (!nullable) return json;
  if (Array.isArray(json.anyOf)) return { anyOf: [...json.anyOf, { type: 'null' }] };
  const values = Array.isArray(json.enum) ? { enum: [...json.enum, null] } : {};
  return { ...json, type: [json.type, 'null'], ...values };
}

function constraints(schema: Schema): Json {
  switch (schema.kind) {
    case 'object': {
      const properties = Object.fromEntries(
        Object.entries(schema.properties).map(([key, value]) => [key, toJson(value)]),
      );
      return { type: 'object', additionalProperties: false, properties };
    }
    case 'array':
      return { type: 'array', items: toJson(schema.items), minItems: schema.minItems, uniqueItems: schema.unique };
    case 'union':
      return { anyOf: schema.options.map(toJson) };
    case 'boolean':
      return { type: 'boolean' };
    case 'string':
      return {
        type: 'string',
        ...(schema.values && { enum: schema.values }),
        ...(schema.suggestions && { examples: schema.suggestions }),
        ...(schema.minLength && { minLength: schema.minLength }),
      };
    case 'number':
      return {
        type: schema.integer ? 'integer' : 'number',
        ...(schema.min !== undefined && { minimum: schema.min }),
        ...(schema.max !== undefined && { maximum: schema.max }),
        ...(schema.above !== undefined && { exclusiveMinimum: schema.above }),
        ...(schema.below !== undefined && { exclusiveMaximum: schema.below }),
      };
  }
}

/** The file as it is published. */
export const jsonSchemaText = (): string => `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;

/** All keys as a page of Markdown, a list for each section. */
export function configReferenceText(): string {
  const { properties, description } = jsonSchema() as { properties: Record<string, Json>; description: string };
  const all = Object.entries(properties);
  const sections = all.filter(([, { type }]) => type === 'object');
  return [
    '# Keys of a run config',
    `${description} This page is written from the schema by \`npm run schema\`. Defaults are those of a config without \`extends\`.`,
    'Each key can be given for one run: `xmlcnn train CONFIG --set training.epochs=10`. `xmlcnn validate CONFIG` checks a file.',
    listOf(
      '',
      all.filter(([, { type }]) => type !== 'object'),
    ),
    ...sections.flatMap(([name, about]) => [
      `## ${name}`,
      String(about.description),
      listOf(`${name}.`, Object.entries(about.properties as Record<string, Json>)),
    ]),
    '',
  ].join('\n\n');
}

const listOf = (section: string, keys: [string, Json][]): string =>
  keys
    .map(([key, about]) => {
      const standing = about.default === undefined ? 'no default' : `default ${code(about.default)}`;
      return `- \`${section}${key}\` (${valuesOf(about)}; ${standing}): ${String(about.description)}`;
    })
    .join('\n');

/** What a key can be, in words. */
function valuesOf({ anyOf, enum: values, type, items, ...limits }: Json): string {
  if (Array.isArray(anyOf)) return anyOf.map((one) => valuesOf(one as Json)).join(' or ');
  if (Array.isArray(values)) return values.map(code).join(', ');
  const [first, ...others] = [type].flat().map(String);
  const words = { minimum: 'from', exclusiveMinimum: 'above', maximum: 'to', exclusiveMaximum: 'below' } as const;
  const range = Object.entries(words).flatMap(([key, word]) =>
    limits[key] === undefined ? [] : [`${word} ${String(limits[key])}`],
  );
  const name = first === 'array' ? `list of ${valuesOf(items as Json)}` : [first, ...range].join(' ');
  return [name, ...others].join(' or ');
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;
