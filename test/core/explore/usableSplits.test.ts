import { describe, expect, test } from 'vitest';
import { createConfigText } from '../../../src/core/config/createConfig.ts';
import { surveyDataset } from '../../../src/core/explore/survey.ts';
import { scratch } from '../data/helpers.ts';

const { write, folder } = scratch();
const rows = (labels: (string | undefined)[]): string =>
  labels
    .map((label, i) => `${JSON.stringify({ text: `words of ${i}`, labels: label === undefined ? [] : [label] })}\n`)
    .join('');
const known = rows(['a', 'b', 'a', 'b']);

/** The facts of a folder of these files. */
const factsOf = (name: string, files: Record<string, string>) => {
  for (const [file, content] of Object.entries(files)) write(`${name}/${file}`, content);
  return surveyDataset({ file: `${folder}/${name}` }, {});
};

describe('a file is proposed as test, or for validation,', () => {
  test('where it can be read and its documents have labels of the training file', async () => {
    const facts = await factsOf('good', { 'train.jsonl': known, 'test.jsonl': known, 'dev.jsonl': known });
    expect(facts).toMatchObject({
      test: `${folder}/good/test.jsonl`,
      validation: `${folder}/good/dev.jsonl`,
      leftOut: [],
    });
  });

  test.each([
    ['has no labels', rows([undefined, undefined]), /none of its documents has a label/],
    ['has other labels', rows(['-1', '-1']), /none of its documents has a label that the training file has/],
    [
      'cannot be read',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n',
      /cannot be read|holds no documents/,
    ],
    ['is empty', '', /cannot be read/],
  ])('and not where it %s, which is said', async (name, content, why) => {
    const facts = await factsOf(`bad ${name}`, { 'train.jsonl': known, 'test.jsonl': content });
    expect(facts.test).toBeUndefined();
    expect(facts.leftOut).toEqual([
      { split: 'test', file: `${folder}/bad ${name}/test.jsonl`, why: expect.stringMatching(why) as string },
    ]);
    const text = createConfigText(facts);
    expect(text).toMatch(/test\.jsonl is not used for test: /);
    expect(text).toContain('"testFraction"');
  });

  test('and one beside it that can is', async () => {
    const files = { 'train.jsonl': known, 'test.jsonl': rows([undefined]), 'test_gold.jsonl': known };
    const facts = await factsOf('beside', files);
    expect(facts.test).toBe(`${folder}/beside/test_gold.jsonl`);
    expect(facts.leftOut).toHaveLength(1);
    // not one that belongs to another training file
    const others = {
      'train.jsonl': known,
      'test.jsonl': rows([undefined]),
      'b-train.jsonl': known,
      'b-test.jsonl': known,
    };
    for (const [file, content] of Object.entries(others)) write(`two/${file}`, content);
    expect((await surveyDataset({ file: `${folder}/two/train.jsonl` }, {})).test).toBeUndefined();
  });

  test('the labels may come late in it', async () => {
    const late = rows([...new Array<undefined>(900), 'a']);
    expect((await factsOf('late', { 'train.jsonl': known, 'test.jsonl': late })).leftOut).toEqual([]);
  });
});
