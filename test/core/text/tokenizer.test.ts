import { expect, test } from 'vitest';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import { createTokenizer } from '../../../src/core/text/tokenizer.ts';
import { segmenterVersion, versionWarning } from '../../../src/core/text/segmenter.ts';
import { defaultText, userError } from './helpers.ts';

async function words(text: string, options: Partial<RunConfig['text']> = {}): Promise<string[]> {
  const tokenizer = await createTokenizer({ ...defaultText, ...options });
  const found = tokenizer.words(text);
  const spans = tokenizer.spans(text);
  expect(spans.map(({ word }) => word)).toEqual(found);
  for (const { word, start, end } of spans)
    if (!options.stem && options.lowercase !== false) expect(text.slice(start, end).toLowerCase()).toBe(word);
  return found;
}

test.each([
  ['Zürich ist SCHÖN.', ['zürich', 'ist', 'schön']],
  ['Zu\u0308rich', ['zu\u0308rich']], // marks belong to the word
  ['مرحبا بالعالم، ١٢٣', ['مرحبا', 'بالعالم']], // Arabic digits are numbers too
  ['हिन्दी में लिखा', ['हिन्दी', 'में', 'लिखा']],
  ['क्\u200dष می\u200cخواهم', ['क्\u200dष', 'می\u200cخواهم']],
  ['joiner\u200d at the end', ['joiner', 'at', 'the', 'end']],
  ['我喜欢XML，二〇二三年', ['我喜欢xml', '二〇二三年']],
  ['I ❤️ 👩‍👩‍👧 cats 🐈!', ['i', 'cats']],
  ['𝒳𝒴 𐐀𐐁 x', ['𝒳𝒴', '𐐨𐐩', 'x']], // surrogate pairs, with and without lower case
  ['1️⃣ 42 3d 2nd 1.5 a_b', ['3d', '2nd', 'a', 'b']],
  ["don't e-mail", ['don', 't', 'e', 'mail']],
  ['İstanbul ΟΔΟΣ', ['i̇stanbul', 'οδος']],
  ['broken \ud83d surrogate', ['broken', 'surrogate']],
  ['', []],
])('unicode: %s', async (text, expected) => {
  expect(await words(text)).toEqual(expected);
});

test('offsets are UTF-16 units of the original text', async () => {
  const tokenizer = await createTokenizer(defaultText);
  expect(tokenizer.spans('👩 İb, Ÿ')).toEqual([
    { word: 'i̇b', start: 3, end: 5 },
    { word: 'ÿ', start: 7, end: 8 },
  ]);
});

test('numbers and case are kept on demand', async () => {
  expect(await words('In 2017 ١٢ Years', { keepNumbers: true })).toEqual(['in', '2017', '١٢', 'years']);
  expect(await words('In 2017 Years', { lowercase: false })).toEqual(['In', 'Years']);
});

test("libmultilabel: Python's \\w+ and isnumeric", async () => {
  const split = (text: string, options = {}) => words(text, { tokenizer: 'libmultilabel', ...options });
  expect(await split("Don't a_b _ x² ½ ²  三 三月 42 3d")).toEqual(['don', 't', 'a_b', '_', 'x²', '三月', '3d']);
  // \w knows no marks: re.findall(r'\w+', 'हिन्दी') gives these two
  expect(await split('हिन्दी')).toEqual(['ह', 'न', 'द']);
  expect(await split('½ 三', { keepNumbers: true })).toEqual(['½', '三']);
});

/** The original program's clean_str, line by line (without the backslashes that re.sub leaves before brackets). */
function cleanStr(text: string): string[] {
  const cleaned = text
    .replace(/[^A-Za-z0-9(),!?'`]/gu, ' ')
    .replace(/'s/g, " 's")
    .replace(/'ve/g, " 've")
    .replace(/n't/g, " n't")
    .replace(/'re/g, " 're")
    .replace(/'d/g, " 'd")
    .replace(/'ll/g, " 'll")
    .replace(/([,!()?])/g, ' $1 ')
    .replace(/\s{2,}/g, ' ')
    .trim()
    .toLowerCase();
  return cleaned === '' ? [] : cleaned.split(' ');
}

test('kim: the words of clean_str, with offsets', async () => {
  const samples = [
    "I don't think it's (really) what they've said, we'd say!?",
    "IT'S DON'T we'll they're o'clock rock'n'roll's n't 's 'd've",
    "can't've n'tn't ''s'' ``quoted'' 42 3.14 Zürich 👩",
    '',
    ' ... ',
  ];
  for (const sample of samples) expect(await words(sample, { tokenizer: 'kim' })).toEqual(cleanStr(sample));
  expect(await words("I don't", { tokenizer: 'kim' })).toEqual(['i', 'do', "n't"]);

  const alphabet = ["'", 's', 'v', 'e', 'n', 't', 'r', 'd', 'l', ' ', 'S', '(', '?', 'é', '4'];
  let state = 7;
  for (let round = 0; round < 300; round++) {
    let text = '';
    for (let i = 0; i < 24; i++) {
      state = (state * 1103515245 + 12345) % 2147483648;
      text += alphabet[Math.floor(state / 65536) % alphabet.length];
    }
    expect(await words(text, { tokenizer: 'kim' })).toEqual(cleanStr(text));
  }
});

test('character: scripts without spaces by character, others by word', async () => {
  const split = (text: string) => words(text, { tokenizer: 'character' });
  expect(await split('我喜欢XML-CNN模型，2023年。')).toEqual(['我', '喜', '欢', 'xml', 'cnn', '模', '型', '年']);
  expect(await split('二〇年 𠀁b')).toEqual(['二', '〇', '年', '𠀁', 'b']);
  expect(await split('ラーメン が')).toEqual(['ラ', 'ー', 'メ', 'ン', 'が']);
  expect(await split('น้ำ')).toEqual(['น้', 'ำ']); // the tone mark stays on its consonant
  expect(await split('हिन्दी Zürich 한국어')).toEqual(['हिन्दी', 'zürich', '한국어']);
});

test('stop words by language', async () => {
  expect(await words('The cat and the HAT', { stopWords: 'en' })).toEqual(['cat', 'hat']);
  expect(await words('The cat and the HAT', { stopWords: 'en', lowercase: false })).toEqual(['cat', 'HAT']);
  expect(await words('我的猫', { stopWords: 'zh', tokenizer: 'character' })).toEqual(['猫']);
  const error = await userError(createTokenizer({ ...defaultText, stopWords: 'toString' }));
  expect(error.code).toBe('unknown-language');
  expect(error.remedy).toContain('en, es');
});

test('Porter stems, with the offsets of the whole words', async () => {
  const tokenizer = await createTokenizer({ ...defaultText, stem: 'porter' });
  expect(tokenizer.spans('Running ponies, relational')).toEqual([
    { word: 'run', start: 0, end: 7 },
    { word: 'poni', start: 8, end: 14 },
    { word: 'relat', start: 16, end: 26 },
  ]);
});

test('a limit cuts, and does not disturb the next text', async () => {
  const tokenizer = await createTokenizer(defaultText);
  expect(tokenizer.words('1 a 2 b c d', 2)).toEqual(['a', 'b']);
  expect(tokenizer.spans('x y').map(({ start }) => start)).toEqual([0, 2]);
  expect(tokenizer.words('e f')).toEqual(['e', 'f']);
});

/** What of a word list of ICU is sure in any version: that a sentence is more than one word, and words longer than a letter. */
const cutInto = (words: string[], text: string): void => {
  expect(words.join('')).toBe(text);
  expect(words.length).toBeGreaterThan(2);
  expect(words.length).toBeLessThan(text.length);
};

test.each([
  ['Chinese', '人民生活水平显著提高'],
  ['Japanese', '新しいスマートフォンの電池はすぐに切れます'],
  ['Thai', 'วันนี้อากาศดีมากฉันไปเดินเล่น'],
  ['Lao', 'ມື້ນີ້ອາກາດດີຂ້ອຍໄປຍ່າງຫຼິ້ນ'],
  ['Khmer', 'ថ្ងៃនេះអាកាសធាតុល្អខ្ញុំទៅដើរលេង'],
  ['Burmese', 'ယနေ့ရာသီဥတုကောင်းသည်'],
])('segmenter: %s', async (_name, text) => {
  cutInto(await words(text, { tokenizer: 'segmenter' }), text);
  expect(await words(text)).toHaveLength(1);
});

test('segmenter: scripts side by side, numbers, and the rest as unicode', async () => {
  const split = (text: string, options = {}) => words(text, { tokenizer: 'segmenter', ...options });
  expect(await split('我买了iPhone手机3部，battery不好。')).toEqual(
    ['我', '买', '了', 'iphone', '手机', '部', 'battery', '不好'], // the 3 is a number
  );
  expect(await split('第3部', { keepNumbers: true })).toContain('3');
  expect(await split('한국어 문장입니다 漢字')).toEqual(['한국어', '문장입니다', '漢字']);
  expect(await split('手机 a_b 电池')).toEqual(['手机', 'a', 'b', '电池']);
  expect(await split('ꆈꌠꉙ')).toEqual(['ꆈ', 'ꌠ', 'ꉙ']); // there is no dictionary of Yi
  const latin = "Zu\u0308rich don't क्\u200dष x² İstanbul 👩 d'accord 3d";
  expect(await split(latin)).toEqual(await words(latin));
});

test('segmenter: offsets lead back to the words, whatever stands between them', async () => {
  const tokenizer = await createTokenizer({ ...defaultText, tokenizer: 'segmenter' });
  const text = '👩 电池\n很快，iPhone没电了 𠮷野家。';
  const spans = tokenizer.spans(text);
  for (const { word, start, end } of spans) expect(text.slice(start, end).toLowerCase()).toBe(word);
  expect(spans[0]).toEqual({ word: '电池', start: 3, end: 5 });
  expect(spans.at(-1)?.end).toBe(text.length - 1);
});

test('segmenter: a limit ends the cutting', async () => {
  const tokenizer = await createTokenizer({ ...defaultText, tokenizer: 'segmenter' });
  const all = tokenizer.words('人民生活水平显著提高');
  expect(tokenizer.words('人民生活水平显著提高', 2)).toEqual(all.slice(0, 2));
});

test('the version of the dictionaries is told, and a difference is said with the scripts that it changes', () => {
  const here = segmenterVersion();
  expect(here).toContain(`icu:${process.versions.icu}`);
  expect(versionWarning(undefined)).toBeUndefined();
  expect(versionWarning(here)).toBeUndefined();
  const older = here.replace(/icu:\S+/, 'icu:1.0');
  expect(versionWarning(older)).toMatch(/by ICU 1\.0, here is ICU \d.*cut alike/);
  const other = older.replace(/Thai:\w+/, 'Thai:00000000');
  expect(versionWarning(other)).toMatch(/sample of Thai into other words/);
  expect(versionWarning('nonsense')).toMatch(/ICU unknown/);
});
