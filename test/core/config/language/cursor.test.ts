import { describe, expect, it } from 'vitest';
import { cursorAt } from '../../../../src/core/config/language/cursor.ts';
import { split } from './marked.ts';

/** Path, what is replaced, keys there are, what comes next; undefined where nothing may stand. */
function look(marked: string) {
  const { text, offset } = split(marked);
  const cursor = cursorAt(text, offset);
  if (!cursor) return undefined;
  const { at, path, start, end, present, next, commaAt } = cursor;
  return [at, path.join('.'), text.slice(start, end), [...present].join(' '), next, commaAt];
}

describe('cursorAt', () => {
  it.each([
    ['|', ['value', '', '', '', 'end', undefined]],
    ['{|}', ['key', '', '', '', 'close', undefined]],
    ['{ "ext|" }', ['key', '', '"ext"', '', 'close', undefined]],
    ['{ "ext|ends": "wide", "model": {} }', ['key', '', '"extends"', 'model', 'colon', undefined]],
    ['{ |"model": {} }', ['key', '', '', 'model', 'other', undefined]],
    ['{ "model": { | }, "text": {} }', ['key', 'model', '', '', 'close', undefined]],
    ['{ "model": { "pools": 2, | "filters": 3 } }', ['key', 'model', '', 'pools filters', 'other', undefined]],
    ['{ "model": { "pools": 2\n | } }', ['key', 'model', '', 'pools', 'close', 23]],
    ['{ "model": { "pools": | } }', ['value', 'model.pools', '', 'pools', 'close', undefined]],
    ['{ "model": { "pools": | \n "filters": 3 } }', ['value', 'model.pools', '', 'pools filters', 'other', undefined]],
    ['{ "dataset": { "train": "da|ta.csv" } }', ['value', 'dataset.train', '"data.csv"', 'train', 'close', undefined]],
    ['{ "dataset": { "train": "da|', ['value', 'dataset.train', '"da', 'train', 'end', undefined]],
    ['{ "evaluation": { "k": [1, |] } }', ['value', 'evaluation.k.1', '', '', 'close', undefined]],
    ['{ "model": tr| }', ['value', 'model', 'tr', 'model', 'close', undefined]],
    ['{ mod|: 1 }', ['key', '', 'mod', '', 'colon', undefined]],
  ])('%s', (marked, expected) => {
    expect(look(marked)).toEqual(expected);
  });

  it.each([
    '{ // co|mment',
    '{ // comment|\n}',
    '{ /* co|mment */ }',
    '{ /* open|',
    '{ "extends" | "wide" }',
    '{} |',
    '{ "a": {} } // |',
  ])('proposes nothing in %j', (marked) => {
    expect(look(marked)).toBeUndefined();
  });

  it('is somewhere in every cut of a config', () => {
    const text = '// c\n{ "extends": "wide", /* x */ "model": { "filterSizes": [1, 2], "pools": 3 }, }';
    for (let i = 0; i <= text.length; i++) expect(() => cursorAt(text.slice(0, i), i)).not.toThrow();
  });
});
