import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/base/errors.ts';
import { writeJson } from '../../src/cli/terminal/jsonStream.ts';
import { safeJson } from '../../src/cli/terminal/text.ts';

async function written(value: unknown): Promise<{ pieces: string[]; outcome: { failure?: unknown } }> {
  const pieces: string[] = [];
  const outcome = await writeJson(value, async (text) => void pieces.push(text));
  return { pieces, outcome };
}

async function* each<T>(items: Iterable<T>, error?: Error): AsyncGenerator<T> {
  yield* items;
  if (error) throw error;
}

describe('JSON in pieces', () => {
  it('is what JSON.stringify would make of it', async () => {
    const value = {
      a: [1, [], {}, [undefined, null, { b: 'x\n\u202e' }]],
      left: undefined,
      map: new Map([['k', Float32Array.of(1, 2)]]),
      deep: { b: { c: { d: { e: [{ f: 1 }, [2]] } } } },
      when: new Date(0),
      none: {},
      'a "key"': true,
    };
    for (const one of [value, [], {}, 'text', null, [value]])
      expect((await written(one)).pieces.join('')).toBe(`${safeJson(one, 2)}\n`);
  });

  it('takes a list that comes one by one, longer than a string may be, in pieces', async () => {
    const items = Array.from({ length: 5000 }, (_, i) => ({ id: i, text: 'x'.repeat(60) }));
    const { pieces } = await written({ run: 'r', items: each(items), last: 1 });
    expect(pieces.join('')).toBe(`${safeJson({ run: 'r', items, last: 1 }, 2)}\n`);
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000);
    expect((await written({ items: each([]) })).pieces.join('')).toBe(`${safeJson({ items: [] }, 2)}\n`);
  });

  it('stays JSON where the list breaks off, and ends with the error', async () => {
    const error = new UserError('malformed-record', 'No JSON', 'Fix the line.', { file: 'a', line: 3 });
    const { pieces, outcome } = await written({ items: each([1, 2], error), more: 3 });
    expect(outcome.failure).toBe(error);
    expect(JSON.parse(pieces.join(''))).toEqual({
      items: [1, 2],
      more: 3,
      error: { code: 'malformed-record', message: 'No JSON', remedy: 'Fix the line.', file: 'a', line: 3 },
    });
  });
});
