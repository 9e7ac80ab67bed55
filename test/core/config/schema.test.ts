import { readFileSync } from 'node:fs';
import { parse } from 'jsonc-parser';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { createConfigText } from '../../../src/core/config/createConfig.ts';
import { describeKey } from '../../../src/core/config/describe.ts';
import { jsonSchema } from '../../../src/core/config/jsonSchema.ts';
import { allKeys } from '../../../src/core/config/overrides.ts';
import { type RunConfig, sections } from '../../../src/core/config/runConfig.ts';
import type { SourceOptions } from '../../../src/core/data/document.ts';

type Json = Record<string, unknown>;

/** The keywords of draft-07 that our schema uses, by the book. */
function agrees(value: unknown, schema: Json): boolean {
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  if (types && !types.some((type) => isOf(value, String(type)))) return false;
  if (Array.isArray(schema.anyOf) && !schema.anyOf.some((option) => agrees(value, option as Json))) return false;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return false;
  if (typeof value === 'number') {
    const {
      minimum = -Infinity,
      maximum = Infinity,
      exclusiveMinimum = -Infinity,
      exclusiveMaximum = Infinity,
    } = schema as Record<string, number>;
    if (value < minimum || value > maximum || value <= exclusiveMinimum || value >= exclusiveMaximum) return false;
  }
  if (typeof value === 'string' && value.length < Number(schema.minLength ?? 0)) return false;
  if (Array.isArray(value)) {
    if (value.length < Number(schema.minItems ?? 0)) return false;
    if (schema.uniqueItems && new Set(value).size < value.length) return false;
    return value.every((item) => agrees(item, schema.items as Json));
  }
  if (typeof value === 'object' && value !== null) {
    const properties = schema.properties as Record<string, Json>;
    return Object.entries(value).every(
      ([key, item]) => Object.hasOwn(properties, key) && agrees(item, properties[key]),
    );
  }
  return true;
}

function isOf(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

describe('JSON Schema', () => {
  it('is the published file', () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL('../../../schemas/xmlcnn.schema.json', import.meta.url), 'utf8'),
    );
    expect(published, 'stale: run node scripts/schema.mjs').toEqual(JSON.parse(JSON.stringify(jsonSchema())));
  });
  it('gives every key a description, a default and a source', () => {
    const top = jsonSchema().properties as Record<string, { properties?: Record<string, Json> } & Json>;
    for (const [section, schema] of Object.entries(top)) {
      for (const [key, about] of [[section, schema], ...Object.entries(schema.properties ?? {})] as [string, Json][]) {
        expect(String(about.description).length, key).toBeGreaterThan(8);
        expect(String(about.source).length, key).toBeGreaterThan(3);
        if (key !== 'train' || section !== 'dataset') expect(about, key).toHaveProperty('default');
      }
    }
  });
  it('accepts its own defaults, a complete config and a created one; refuses what the validator refuses', () => {
    const schema = jsonSchema();
    expect(agrees(completeConfig({ dataset: { train: 'a' } }, 'wide'), schema)).toBe(true);
    const created = createConfigText({
      train: 'a',
      documents: 9000,
      labels: 90,
      meanWords: 130,
      p95Words: 400,
      labelsPerDocument: 1.2,
      format: 'jsonl',
    });
    expect(agrees(parse(created), schema)).toBe(true);
    const top = schema.properties as Record<string, { properties?: Record<string, Json> }>;
    for (const { properties = {} } of Object.values(top)) {
      for (const [key, about] of Object.entries(properties))
        if ('default' in about) expect(agrees(about.default, about), key).toBe(true);
    }
    const wrong = [
      { modell: {} },
      { model: { filters: 0 } },
      { model: { filters: 1.5 } },
      { text: { stopWords: 'xx' } },
      { training: { learningRate: 0 } },
      { evaluation: { k: [] } },
    ];
    for (const config of wrong) expect(agrees(config, schema), JSON.stringify(config)).toBe(false);
  });
});

describe('the schema', () => {
  it('gives the types', () => {
    expectTypeOf<RunConfig['dataset']>().toExtend<SourceOptions>();
    expectTypeOf<RunConfig['text']['vocabularySize']>().toEqualTypeOf<number | null>();
    expectTypeOf<RunConfig['text']['stopWords']>().toEqualTypeOf<string | null>();
    expectTypeOf<RunConfig['embedding']['file']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<RunConfig['model']['pooling']>().toEqualTypeOf<'dynamic-max' | 'dynamic-average' | 'seed'>();
    expectTypeOf<RunConfig['evaluation']['k']>().toEqualTypeOf<number[]>();
  });

  const originalFlags =
    '--mb --lr --e --ss --sve --mn --tr --lm --ds --loss --hidden_dims --sequence_length --embedding_dim --num_features --model_variation --pretrain_type --model_type --vocab_size --drop_prob --dropouts --load_data --filter_sizes --num_filters --pooling_units --pooling_type --clip --p --d --mg --dp --pp --zd --dataset_gpu'.split(
      ' ',
    );
  it.each(originalFlags)('has a key for the original flag %s, which its description names', (flag) => {
    const keys = allKeys.filter((key) => describeKey(key)?.flags.includes(flag));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(describeKey(key)?.meaning).toMatch(new RegExp(`\`${flag}[\`=]`));
  });
  it('names no flag that the original program does not have', () => {
    for (const { properties } of Object.values(sections)) {
      for (const { info } of Object.values(properties))
        for (const flag of info.flags ?? []) expect(originalFlags).toContain(flag);
    }
  });
});

describe('describeKey', () => {
  it('tells meaning, default and source', () => {
    expect(describeKey('training.batchSize')).toEqual({
      key: 'training.batchSize',
      meaning: 'Documents per training step. Original flag `--mb`.',
      expected: 'a whole number from 1 to 65,536',
      default: 64,
      source: 'LibMultiLabel EUR-Lex settings; original flag --mb',
      flags: ['--mb'],
    });
  });
  it('knows sections, entries of lists, presets and what must be given', () => {
    expect(describeKey('model')?.meaning).toBe('The kind of model, and the network.');
    expect(describeKey(['model', 'filterSizes', 1])?.key).toBe('model.filterSizes');
    expect(describeKey('extends')?.values).toContain('wide');
    expect(describeKey('dataset.train')?.default).toBeUndefined();
    expect(describeKey('dataset.test')?.default).toBeNull();
    expect(describeKey('model.nothing')).toBeUndefined();
    expect(describeKey('toString')).toBeUndefined();
  });
});
