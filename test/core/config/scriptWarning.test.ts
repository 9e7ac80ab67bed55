import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../../src/core/config/fileAccess.ts';
import { validateText } from '../../../src/core/config/validate.ts';
import { scratch } from '../data/helpers.ts';

const { write } = scratch();
const line = (text: string): string => `${JSON.stringify({ text, labels: ['x'] })}\n`;
const chinese = Array.from({ length: 20 }, (_, i) => line(`第${i}台手机的电池很快就没电了。`)).join('');
const configOf = (train: string, rest = ''): string => `{ "dataset": { "train": ${JSON.stringify(train)}${rest} } }`;
const codesOf = (text: string, options = {}): string[] =>
  validateText(text, { file: '/d/x.xmlcnn.json', checkFiles: true, ...options }).map(({ code }) => code);

test('a tokenizer that makes words of sentences is warned about, with a fix', () => {
  const train = write('zh.jsonl', chinese);
  const [found] = validateText(configOf(train), { file: '/d/x.xmlcnn.json', checkFiles: true });
  expect(found).toMatchObject({ severity: 'warning', code: 'sentences-as-words' });
  expect(found.message).toMatch(/Chinese.*"unicode".*"segmenter".*"character"/);
  expect(found.fix?.edits[0].newText).toContain('"tokenizer": "character"');
  for (const tokenizer of ['segmenter', 'character'])
    expect(
      codesOf(`{ "dataset": { "train": ${JSON.stringify(train)} }, "text": { "tokenizer": "${tokenizer}" } }`),
    ).toEqual([]);
  expect(codesOf(configOf(write('en.jsonl', line('plain English'))))).toEqual([]);
});

test('the letters are found packed, escaped, in a folder, and in another encoding', () => {
  const escaped = chinese.replace(
    /[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const folder = join(write('texts/a.txt', '手机的电池很快就没电了。'), '..');
  const files = [
    write('zh.jsonl.gz', gzipSync(chinese)),
    write('escaped.jsonl', escaped),
    write(
      'utf16.csv',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`text,labels\n手机的电池,x\n`, 'utf16le')]),
    ),
    folder,
  ];
  for (const file of files) expect(nodeFiles.script(file)?.name, file).toBe('Chinese');
  const gb = write('gb.csv', Buffer.concat([Buffer.from([0xca, 0xd6, 0xbb, 0xfa]), Buffer.from(',x\n')]));
  expect(nodeFiles.script(gb, 'gb18030')?.name).toBe('Chinese');
});

test('what is no text says nothing, whatever its bytes would spell', () => {
  for (const bytes of [
    Buffer.from([0, 1, 2, 0xe6, 0x89, 0x8b]),
    Buffer.from([0xca, 0xd6, 0xbb, 0xfa]),
    Buffer.from([0x1f, 0x8b, 1]),
  ])
    expect(nodeFiles.script(write('some.bin', bytes))).toBeUndefined();
  expect(nodeFiles.script('/nowhere/at all')).toBeUndefined();
  mkdirSync(join(write('empty/x', ''), '..', 'inner'));
  expect(nodeFiles.script(write('none.txt', ''))).toBeUndefined();
});

test('what the documents themselves say counts more than the head of the file', () => {
  const train = write('en.jsonl', line('plain English'));
  const options = { facts: { script: { name: 'Thai', share: 0.9 } } };
  expect(codesOf(configOf(train), options)).toEqual(['sentences-as-words']);
});
