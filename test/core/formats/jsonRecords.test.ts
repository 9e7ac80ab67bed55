import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonRecordScanner, type RecordPlace } from '../../../src/core/formats/jsonRecords.ts';

function scan(text: string, place: RecordPlace, cut = Infinity): { text: string; line: number; byte: number }[] {
  const scanner = new JsonRecordScanner(place);
  const bytes = Buffer.from(text);
  const found = [];
  for (let at = 0; at < bytes.length; at += cut) found.push(...scanner.scan(bytes.subarray(at, at + cut)));
  found.push(...scanner.end());
  for (const { byte, stop, bytes: own } of found) expect(bytes.subarray(byte, stop).equals(own)).toBe(true);
  return found.map(({ bytes: own, line, byte }) => ({ text: own.toString(), line, byte }));
}
const values = (text: string, place: RecordPlace, cut?: number): unknown[] =>
  scan(text, place, cut).map((span) => JSON.parse(span.text) as unknown);

describe('JsonRecordScanner', () => {
  it('finds the elements of an array, with their lines', () =>
    expect(scan('[\n {"a": "]"},\n\n {"b": "\\"}"} ]', { in: 'array' })).toEqual([
      { text: '{"a": "]"}', line: 2, byte: 3 },
      { text: '{"b": "\\"}"}', line: 4, byte: 17 },
    ]));
  it('finds an array under a key, whatever else there is', () =>
    expect(
      values('{"data": 1, "meta": {"data": [9]}, "d": [{"x": 1}, {"data": [2]}], "e": [{"y": 1}]}', {
        in: 'key',
        key: 'd',
      }),
    ).toEqual([{ x: 1 }, { data: [2] }]));
  it('finds values one after the other', () =>
    expect(values('{\n "a": 1\n}\n{"b": [2]} {"c": 3}\n', { in: 'sequence' })).toEqual([
      { a: 1 },
      { b: [2] },
      { c: 3 },
    ]));
  it('finds Python strings', () =>
    expect(scan(`[{'a': "it's"}, {'b': 'say "}" and \\'{\\''}]`, { in: 'array' }).map((span) => span.text)).toEqual([
      `{'a': "it's"}`,
      `{'b': 'say "}" and \\'{\\''}`,
    ]));
  it('tells where a text breaks off', () => {
    const scanner = new JsonRecordScanner({ in: 'array' });
    expect(scanner.scan(Buffer.from('[{"a": 1},\n{"b": ')).length).toBe(1);
    expect([scanner.isOpen, scanner.openAt]).toEqual([true, { line: 2, byte: 11 }]);
  });
  it('gives the same for any cuts', () =>
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(0, 1),
        (list, cut, indent) => {
          const text = JSON.stringify(list, null, indent);
          expect(values(text, { in: 'array' }, cut)).toEqual(JSON.parse(text));
          const wrapped = JSON.stringify({ x: [{}], data: list, y: {} }, null, indent);
          expect(values(wrapped, { in: 'key', key: 'data' }, cut)).toEqual(JSON.parse(text));
          expect(
            values(list.map((value) => JSON.stringify(value, null, indent)).join('\n'), { in: 'sequence' }, cut),
          ).toEqual(JSON.parse(text));
        },
      ),
    ));
});
