import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createConfigText, factsFrom } from '../../../src/core/config/createConfig.ts';
import { validateText } from '../../../src/core/config/validate.ts';
import { Cancelled } from '../../../src/core/base/errors.ts';
import type { Progress } from '../../../src/core/base/progress.ts';
import { surveyDataset } from '../../../src/core/explore/survey.ts';
import { fixtures, scratch, userError } from '../data/helpers.ts';

const { write } = scratch();
const train = resolve(fixtures, 'recipes.train.jsonl');

describe('surveyDataset', () => {
  test('finds the files, reads the training file, and tells how far it is', async () => {
    const told: Progress[] = [];
    const facts = await surveyDataset({ file: train }, {}, { onProgress: (progress) => told.push(progress) });
    expect(facts).toMatchObject({
      train,
      test: join(dirname(train), 'recipes.test.jsonl'),
      format: 'jsonl',
      skipped: 0,
    });
    expect(facts.documents).toBeGreaterThan(0);
    expect(facts.labels).toBeGreaterThan(0);
    expect(told.at(-1)).toMatchObject({ file: train, documents: facts.documents });
    expect(told.at(-1)?.done).toBe(told.at(-1)?.total);
  });
  test('is what a config is written from, wherever that is stored', async () => {
    const facts = await surveyDataset({ file: train }, {});
    for (const folder of [dirname(train), dirname(dirname(train)), join(dirname(train), 'configs', 'deep')]) {
      const text = createConfigText(factsFrom(folder, facts));
      expect(validateText(text, { file: join(folder, 'x.xmlcnn.json'), checkFiles: true })).toEqual([]);
    }
  });
  test('says in the config how the file is read where nothing was asked for, with the key that changes each', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `"text number ${i}, and more of it",${['a;b', 'b', 'a'][i % 3]}`);
    const facts = await surveyDataset({ file: write('said.csv', ['text,tags', ...rows].join('\n')) }, {});
    expect(createConfigText(facts)).toContain(
      'each with the key that changes it: text from "text" (textField); labels from "tags" (labelField); split at ";" (labelSeparator); header (header).',
    );
  });
  test('keeps how the files are to be read', async () => {
    const path = write('odd.jsonl', '{"a":"one two","b":["x"]}\n{"a":"three","b":["y"]}\n');
    const facts = await surveyDataset({ file: path }, { textField: 'a', labelField: 'b', onError: 'skip' });
    expect(facts.fields).toEqual({ textField: 'a', labelField: 'b' });
    expect(createConfigText(facts)).toContain('"textField": "a"');
  });
  test('a config for a torn file skips, and says how much', async () => {
    const path = write('torn.jsonl', '{"text":"one two","labels":["x"]}\n{"text":"three","lab');
    const facts = await surveyDataset({ file: path }, { onError: 'skip' });
    expect(facts.skipped).toBe(1);
    const text = createConfigText(facts);
    expect(text).toMatch(/\/\/ 1 record cannot be read.*\n *"onError": "skip"/);
    expect(validateText(text)).toEqual([]);
  });
  test('a config for a script without spaces has a tokenizer for it, and a length in its words', async () => {
    const line = (i: number) => JSON.stringify({ text: `第${i}台手机的电池很快就没电了。`, labels: [`x${i % 2}`] });
    const path = write('zh.jsonl', Array.from({ length: 40 }, (_, i) => line(i)).join('\n'));
    const facts = await surveyDataset({ file: path }, {});
    expect(facts.script).toMatchObject({ name: 'Chinese', share: 1 });
    expect(facts.meanWords).toBeGreaterThan(4);
    const text = createConfigText(facts);
    expect(text).toMatch(/\/\/ 100% of the letters are Chinese.*"segmenter".*\n *"tokenizer": "character"/);
    expect(validateText(text, { file: join(dirname(path), 'x.xmlcnn.json'), checkFiles: true })).toEqual([]);

    const words = await surveyDataset({ file: path }, {}, { tokenizer: 'segmenter' });
    expect(words.meanWords).toBeLessThan(facts.meanWords);
    expect(createConfigText(words)).toMatch(/"character".*\n *"tokenizer": "segmenter"/);
    const forced = createConfigText(await surveyDataset({ file: path }, {}, { tokenizer: 'unicode' }));
    expect(forced).toMatch(/takes whole sentences for words.*\n *"tokenizer": "unicode"/);
  });
  test('a config for other texts names a tokenizer where one was asked for only', async () => {
    expect(createConfigText(await surveyDataset({ file: train }, {}))).not.toContain('"tokenizer"');
    const asked = createConfigText(await surveyDataset({ file: train }, {}, { tokenizer: 'libmultilabel' }));
    expect(asked).toContain('"tokenizer": "libmultilabel"');
  });
  test('fails where nothing is to be trained on, and can be cancelled', async () => {
    const path = write('set-test.jsonl', '{"text":"a","labels":["x"]}\n');
    expect((await userError(surveyDataset({ file: path }, {}))).code).toBe('no-splits');
    await expect(surveyDataset({ file: train }, {}, { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  });
});
