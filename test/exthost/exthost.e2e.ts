import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { runInExtensionHost } from '../workbench/extensionHost.ts';
import type { Outcome } from './check.ts';

const documents = `${JSON.stringify({ text: 'a text', labels: ['a'] })}\n`.repeat(4);
const valid = `{
  // comments and trailing commas are fine
  "dataset": { "train": "train.jsonl", "test": "test.jsonl", },
}
`;
const wrong = `{
  // the key is mistyped
  "dataset": { "trian": "train.jsonl", "test": "test.jsonl" },
}
`;

const values = `{
  "extends": "",
  "dataset": { "train": "train.jsonl", "test": "test.jsonl", "textField": "" },
  "training": { "schedule": "cosin" }
}
`;
const missing = `{
  "dataset": { "train": "absent.jsonl", "labelsFile": "labels.txt" }
}
`;

function fill(folder: string): void {
  const files = {
    'train.jsonl': documents,
    'test.jsonl': documents,
    'valid.xmlcnn.json': valid,
    'wrong.xmlcnn.json': wrong,
    'values.xmlcnn.json': values,
    'missing.xmlcnn.json': missing,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

const extensions = inject('extensions');

describe.skipIf(!extensions)('inside the extension host', () => {
  it('every check passes', async () => {
    const module = 'test/exthost/main.ts';
    const outcomes = JSON.parse(await runInExtensionHost({ module, extensions, fill })) as Outcome[];
    for (const { name, failure } of outcomes) console.log(`${failure ? '✗' : '✓'} ${name}`);
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.filter(({ failure }) => failure)).toEqual([]);
  });
});
