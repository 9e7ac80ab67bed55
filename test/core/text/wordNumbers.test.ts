import { expect, test } from 'vitest';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import { key32, uniformAt } from '../../../src/core/base/random.ts';
import { absent, ByteMap, overhang, WordNumbers } from '../../../src/core/text/wordNumbers.ts';
import { Interner } from '../../../src/core/text/wordNumbers.ts';
import { createTokenizer } from '../../../src/core/text/tokenizer.ts';
import { defaultText } from './helpers.ts';

async function readerOf(options: Partial<RunConfig['text']>) {
  const tokenizer = await createTokenizer({ ...defaultText, ...options });
  const names = new Interner();
  const numbers = new WordNumbers(tokenizer, (word) => names.idOf(word));
  return {
    tokenizer,
    words: (text: string, limit?: number) => Array.from(numbers.of(text, limit), (i) => names.names[i]),
  };
}

/** What makes texts nasty: marks, joiners, scripts without spaces, numbers of all kinds, lone surrogates, separators beside letters. */
const pieces = [
  ...[
    'the',
    'The',
    'x',
    'Zürich',
    'Zu\u0308rich',
    'naïve',
    '42',
    '١٢',
    '½',
    '²',
    '三',
    '〇',
    '2nd',
    'a_b',
    '_',
    "don't",
    "it's",
    'N',
  ],
  ...[
    '\u200d',
    '\u200c',
    '\u0308',
    '\ud83d',
    '\udc69',
    '👩‍👩‍👧',
    '𝒳𝒴',
    '𐐀',
    'क्\u200dष',
    'می\u200cخواهم',
    '我喜欢',
    'ラーメン',
    'น้ำ',
  ],
  ...[
    ' ',
    ' ',
    ' ',
    '\n',
    '\t',
    '\r\n',
    '\0',
    '\u007f',
    '.',
    ',',
    '-',
    '’',
    '“',
    '–',
    '\u00a0',
    '\u2028',
    '\ufffd',
    '\ufeff',
    '(',
    '!',
    "'",
    '`',
  ],
  ...['İ', 'ß', 'Σ', 'ſ', '\ue000', '\u{10ffff}', 'x'.repeat(80), '我'.repeat(40), 'Ωμέγα'],
];

function textOf(round: number): string {
  const draw = (i: number): number => uniformAt(key32(round), i);
  return Array.from(
    { length: Math.floor(draw(0) * 30) },
    (_, i) => pieces[Math.floor(draw(i + 1) * pieces.length)],
  ).join('');
}

test.each([
  {},
  { keepNumbers: true, lowercase: false },
  { tokenizer: 'character' as const },
  { tokenizer: 'character' as const, keepNumbers: true },
  { tokenizer: 'segmenter' as const },
  { tokenizer: 'segmenter' as const, keepNumbers: true },
  { tokenizer: 'libmultilabel' as const },
  { tokenizer: 'kim' as const },
  { stem: 'porter' as const, stopWords: 'en' },
])('finds the words that the tokenizer finds, in whatever text: %o', async (options) => {
  const { tokenizer, words } = await readerOf(options);
  for (let round = 0; round < 3000; round++) {
    const text = textOf(round);
    expect(words(text)).toEqual(tokenizer.words(text));
    const limit = round % 7;
    expect(words(text, limit)).toEqual(tokenizer.words(text, limit));
  }
});

test('knows a word by all of its bytes', async () => {
  const { words } = await readerOf({ lowercase: false });
  expect(words('ab ab ba a b abab Ab')).toEqual(['ab', 'ab', 'ba', 'a', 'b', 'abab', 'Ab']);
});

test('texts grow, and do not disturb each other', async () => {
  const { words } = await readerOf({});
  const many = Array.from({ length: 50_000 }, (_, i) => `w${i}é`);
  expect(words(many.join(' '))).toEqual(many);
  expect(words('x')).toEqual(['x']);
  expect(words('')).toEqual([]);
  expect(words('我'.repeat(100_000), 3)).toEqual(['我'.repeat(100_000)]);
});

test('a byte map tells every key apart, whatever its length', () => {
  const map = new ByteMap();
  const bytes = Buffer.alloc(64 + overhang);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const keys = Array.from({ length: 6000 }, (_, i) => `${'ab'.repeat(i % 30)}${i % 2 ? i : -i}`);
  const look = (key: string): number => map.get(view, 3, 3 + bytes.write(key, 3));
  for (const [i, key] of keys.entries()) {
    bytes.fill(i % 251); // what stands behind a key is no part of it
    expect(look(key)).toBe(absent);
    map.add(bytes, 3, 3 + key.length, i);
  }
  bytes.fill(7);
  for (const [i, key] of keys.entries()) expect(look(key)).toBe(i);
  for (const key of ['a', 'ab', 'abababab', 'ababababab']) expect(look(key)).toBe(absent);
  expect(map.size).toBe(6000);
});
