import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Lines, PositionMap } from '../../../../src/core/data/positions/positionMap.ts';
import { RecordLocator } from '../../../../src/core/data/positions/recordLocator.ts';
import type { SourceOptions } from '../../../../src/core/data/document.ts';
import { readAll } from '../helpers.ts';

/** A text as an editor holds it: one kind of line end, a last line that may be empty. */
export function linesOf(text: string): Lines {
  const all = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return { count: all.length, at: (i) => all[i], end: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** What stands at ranges of some lines. */
export function sourceText(lines: Lines, map: PositionMap, start: number, end: number): string[] {
  return map.toSource(start, end).map(({ start: from, end: to }) => {
    if (from.line === to.line) return lines.at(from.line).slice(from.character, to.character);
    const between = Array.from({ length: to.line - from.line - 1 }, (_, i) => lines.at(from.line + 1 + i));
    const parts = [lines.at(from.line).slice(from.character), ...between, lines.at(to.line).slice(0, to.character)];
    return parts.join(lines.end);
  });
}

/**
 * Asks for every `step`th record that the core's reader finds in a file, by each of its lines: text and labels must be
 * the reader's. `check` looks at each map. Returns how many were compared.
 */
export async function compareWithReader(
  path: string,
  {
    options = {},
    step = 1,
    check,
  }: { options?: SourceOptions; step?: number; check?: (map: PositionMap, lines: Lines) => void } = {},
): Promise<number> {
  const { documents, source } = await readAll(path, { ...options, onError: 'skip' });
  const lines = linesOf(readFileSync(path, 'utf8'));
  const locator = await RecordLocator.open(path, lines, options);
  if (!locator) throw new Error('There is no locator');
  expect(locator.format).toBe(source.format);
  let compared = 0;
  for (let i = 0; i < documents.length; i += step) {
    const { text, labels, line } = documents[i];
    const record = await locator.at(lines, line - 1);
    if (record?.map.text !== text || record.first !== line - 1)
      expect.soft({ line, ...record, text: record?.map.text }).toEqual({ line, text });
    if (record) expect(record.labels).toEqual(labels);
    const next = documents[i + 1]?.line ?? Infinity;
    if (record && record.last > record.first) {
      expect(record.last).toBeLessThan(next);
      for (const at of [record.first + 1, record.last]) expect((await locator.at(lines, at))?.first).toBe(record.first);
    }
    if (record) check?.(record.map, lines);
    compared++;
  }
  return compared;
}
