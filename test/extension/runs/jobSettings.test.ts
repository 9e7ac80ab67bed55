import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { analyse } from '../../../src/core/config/validate.ts';
import { overridesOf } from '../../../src/extension/runs/jobSettings.ts';

const settings = { threads: 3, engine: 'reference' };
const overrides = (text: string, file?: string): string[] => overridesOf(analyse(text, { file }), settings);

it('lets the settings decide what a config leaves open', () => {
  expect(overrides('{ "dataset": { "train": "a.jsonl" } }')).toEqual(['engine.threads=3', 'engine.name=reference']);
  expect(overrides('{ "extends": "wide" }')).toEqual(['engine.threads=3', 'engine.name=reference']);
});

it('leaves alone what a config states, its default too', () => {
  expect(overrides('{ "engine": { "threads": 0 } }')).toEqual(['engine.name=reference']);
  expect(overrides('{ "engine": { "threads": 2, "name": "wasm" } }')).toEqual([]);
});

it('leaves alone what a parent states', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-settings-'));
  try {
    writeFileSync(join(folder, 'base.xmlcnn.json'), '{ "engine": { "threads": 2 } }');
    expect(overrides('{ "extends": "base.xmlcnn.json" }', join(folder, 'a.xmlcnn.json'))).toEqual([
      'engine.name=reference',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
