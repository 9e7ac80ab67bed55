import { describe, expect, it } from 'vitest';
import {
  accepts,
  array,
  boolean,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  orElse,
  parseJson,
  part,
  record,
  restored,
  string,
  union,
} from '../../../src/core/base/schema.ts';

describe('accepts', () => {
  const point = object(part, { x: number(), name: optional(string()), of: nullable(integer()) });

  it.each([
    [{ x: 1, of: null }, true],
    [{ x: 1, of: 2, name: 'a', more: [] }, true],
    [{ x: 1, of: 2, name: undefined }, true],
    [{ x: 1, of: 2, name: null }, false],
    [{ x: 1 }, false],
    [{ x: '1', of: 2 }, false],
    [{ x: 1, of: 2.5 }, false],
    [{ x: NaN, of: 2 }, false],
    [[1, 2], false],
    [null, false],
  ])('an object with its fields: %j', (value, is) => expect(accepts(point, value)).toBe(is));

  it('fields of its own alone', () => {
    expect(accepts(object(part, { toString: string() }), {})).toBe(false);
    expect(accepts(record(number()), { toString: 'a' })).toBe(false);
  });

  it.each([
    [list(number()), [], true],
    [list(number()), [1, 1], true],
    [list(number()), [1, 'a'], false],
    [array(number(), part), [], false],
    [array(number(), part), [1, 1], false],
    [record(nullable(number())), { a: 1, b: null }, true],
    [record(nullable(number())), { a: 1, b: 'c' }, false],
    [union([integer(), oneOf(['head'])]), 'head', true],
    [union([integer(), oneOf(['head'])]), 'tail', false],
    [string(part, { minLength: 1 }), '', false],
    [integer(part, { min: 0 }), -1, false],
    [boolean(), 0, false],
  ])('%j of %j', (schema, value, is) => expect(accepts(schema, value)).toBe(is));
});

it('a JSON text is its value, or nothing', () => {
  expect(parseJson('[1, 2]', list(integer()))).toEqual([1, 2]);
  for (const text of ['[1, 2', '', '["1"]', 'null']) expect(parseJson(text, list(integer()))).toBeUndefined();
});

it('what was kept is taken back field by field', () => {
  const schema = object(part, {
    tab: oneOf(['a', 'b'], orElse('a')),
    size: optional(number()),
    order: object(part, { by: oneOf(['x', 'y'], orElse('y')), descending: boolean(orElse(true)) }),
  });
  const kept = { tab: 'b', size: '3', order: { by: 'z', descending: false }, foreign: 1 };
  expect(restored(schema, kept)).toEqual({ tab: 'b', size: undefined, order: { by: 'y', descending: false } });
  for (const none of [undefined, null, 'text', []])
    expect(restored(schema, none)).toEqual({ tab: 'a', size: undefined, order: { by: 'y', descending: true } });
});
