/** Words of scripts without spaces, as the dictionaries of the platform (ICU, behind `Intl.Segmenter`) cut them. */
import { createHash } from 'node:crypto';
import { UserError } from '../base/errors.ts';
import { spacelessLetter, uncutLetter } from '../base/scripts.ts';

/** Words are cut alike for every language: it is the script that chooses the dictionary. */
const language = 'en';
let made: Intl.Segmenter | undefined;

/** Throws `UserError` `no-segmenter`. Made when the first text of such a script comes, for its dictionaries take a moment. */
const segmenter = (): Intl.Segmenter => (made ??= makeSegmenter());

const isSpaceless = new RegExp(spacelessLetter, 'v');
const isUncut = new RegExp(uncutLetter, 'v');
/** Letters alone, with their marks, where no dictionary knows better. */
const single = new RegExp(String.raw`${uncutLetter}[\p{M}\u200c\u200d]*|[^${uncutLetter}]+`, 'gv');

export const holdsSpaceless = (text: string): boolean => isSpaceless.test(text);

/** Calls `visit` with each word of a run of letters, digits and marks, until it returns false; returns what it returned last. */
export function cutRun(run: string, start: number, visit: (word: string, start: number) => boolean): boolean {
  if (isUncut.test(run)) {
    for (const { 0: word, index } of run.matchAll(single)) if (!visit(word, start + index)) return false;
    return true;
  }
  for (const { segment, index } of segmenter().segment(run)) if (!visit(segment, start + index)) return false;
  return true;
}

/** Something of each script that has a dictionary, for distinguishing two builds of it. */
const passages: readonly (readonly [name: string, text: string])[] = [
  ['Chinese', '我昨天买了一部新手机电池很快就没电了经济发展迅速人民生活水平显著提高研究生命的起源'],
  ['Japanese', '今日は天気がいいので散歩に行きました新しいスマートフォンの電池はすぐに切れます東京都'],
  ['Thai', 'วันนี้อากาศดีมากฉันไปเดินเล่นที่สวนสาธารณะตากลม'],
  ['Lao', 'ມື້ນີ້ອາກາດດີຂ້ອຍໄປຍ່າງຫຼິ້ນ'],
  ['Khmer', 'ថ្ងៃនេះអាកាសធាតុល្អខ្ញុំទៅដើរលេង'],
  ['Burmese', 'ယနေ့ရာသီဥတုကောင်းသည်ကျွန်တော်လမ်းလျှောက်သွားသည်'],
];

const wordsOf = (text: string, by = segmenter()): string[] => Array.from(by.segment(text), ({ segment }) => segment);

function makeSegmenter(): Intl.Segmenter {
  // builds of Node.js without ICU have none, those with a small one no dictionaries: sentences would be words without a word
  if (typeof (Intl as Partial<typeof Intl>).Segmenter !== 'function') throw noSegmenter();
  const by = new Intl.Segmenter(language, { granularity: 'word' });
  for (const [, text] of passages) {
    const { length } = wordsOf(text, by);
    if (length === 1 || length === text.length) throw noSegmenter();
  }
  return by;
}

const noSegmenter = (): UserError =>
  new UserError(
    'no-segmenter',
    'This build of Node.js has no dictionaries for cutting scripts without spaces into words',
    'Use a usual build of Node.js (with full ICU), or the tokenizer "character" ("text.tokenizer", `--tokenizer`).',
  );

/** What the words of `segmenter` depend on: the library's version, Unicode's, and how the passages are cut, by script. */
export function segmenterVersion(): string {
  const { icu = 'none', unicode = 'none' } = process.versions;
  const cuts = passages.map(([name, text]) => `${name}:${digest(wordsOf(text).join(' '))}`);
  return [`icu:${icu}`, `unicode:${unicode}`, ...cuts].join(' ');
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** What is to be said where words were cut by another version than is here; undefined where there is no difference. */
export function versionWarning(recorded: string | undefined, here = segmenterVersion()): string | undefined {
  if (recorded === undefined || recorded === here) return undefined;
  const [then, now] = [recorded, here].map(partsOf);
  const differing = passages.map(([name]) => name).filter((name) => then.get(name) !== now.get(name));
  const effect = differing.length
    ? `it cuts a sample of ${differing.join(', ')} into other words. Predictions may differ, and words go unknown`
    : 'samples of all scripts are cut alike, other texts may not be';
  const versions = [then, now].map((parts) => `ICU ${parts.get('icu') ?? 'unknown'}`);
  return `The words of this run were cut by ${versions[0]}, here is ${versions[1]}: ${effect}. The same version of Node.js (or of the editor) gives the same words.`;
}

const partsOf = (version: string): Map<string, string> =>
  new Map(version.split(' ').map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)]));
