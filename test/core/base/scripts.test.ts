import { describe, expect, test } from 'vitest';
import { isMentionable, isSpaceless, ScriptSample, tokenizerWarning } from '../../../src/core/base/scripts.ts';

function scriptOf(...texts: string[]) {
  const sample = new ScriptSample();
  for (const text of texts) sample.add(text);
  return sample.result();
}

describe('ScriptSample', () => {
  test.each([
    ['我昨天买了一部新手机，电池很快就没电了。', 'Chinese'],
    ['今日は天気がいいので散歩に行きました。', 'Japanese'],
    ['วันนี้อากาศดีมาก', 'Thai'],
    ['ມື້ນີ້ອາກາດດີ', 'Lao'],
    ['ថ្ងៃនេះអាកាសធាតុល្អ', 'Khmer'],
    ['ယနေ့ရာသီဥတုကောင်းသည်', 'Burmese'],
    ['ꆈꌠꉙꇬꂿ', 'such scripts'],
  ])('%s is %s', (text, name) => {
    expect(scriptOf(text)).toEqual({ name, share: 1 });
  });

  test.each(['plain English', 'Zürich Ωμέγα Привет हिन्दी مرحبا', '한국어 문장입니다', '', '42 ½ 👩'])(
    '%s is none',
    (text) => {
      expect(scriptOf(text)).toBeUndefined();
    },
  );

  test('the share decides: half of the words, not half of the letters', () => {
    expect(isSpaceless(scriptOf('我喜欢这部手机 battery'))).toBe(true);
    const quoted = scriptOf('A review in English that quotes 手机 once');
    expect([isSpaceless(quoted), isMentionable(quoted)]).toEqual([false, true]);
    expect(isMentionable(scriptOf('x'.repeat(399), '手机', ...Array.from({ length: 9 }, () => 'y'.repeat(400))))).toBe(
      false,
    );
  });

  test('documents far behind the first are looked at too, if not all', () => {
    const texts = [...Array.from({ length: 600 }, () => 'a'), ...Array.from({ length: 64_000 }, () => '手机很好')];
    expect(isSpaceless(scriptOf(...texts))).toBe(true);
  });
});

test('a warning where the tokenizer does not suit the script', () => {
  const script = { name: 'Chinese', share: 0.97 };
  expect(tokenizerWarning(script, 'unicode')).toMatch(
    /Chinese.*97%.*"unicode" takes whole sentences.*"segmenter".*"character"/,
  );
  expect(tokenizerWarning(script, 'kim')).toMatch(/next to no words/);
  expect(tokenizerWarning(script, 'segmenter')).toBeUndefined();
  expect(tokenizerWarning(script, 'character')).toBeUndefined();
  expect(tokenizerWarning({ ...script, share: 0.1 }, 'unicode')).toBeUndefined();
  expect(tokenizerWarning(undefined, 'unicode')).toBeUndefined();
});
