import { expect } from 'vitest';
import type { Diagnostic, Edit, Range } from '../../../src/core/config/diagnostics.ts';
import type { FileAccess } from '../../../src/core/config/fileAccess.ts';
import { vectorHead } from '../../../src/core/data/vectors/vectorHead.ts';
import { ScriptSample } from '../../../src/core/base/scripts.ts';
import { UserError } from '../../../src/core/base/errors.ts';
import { validateText, type ValidateOptions } from '../../../src/core/config/validate.ts';

/** Range of the n-th occurrence (from 0) of a piece of a text. */
export function rangeOf(text: string, piece: string, n = 0): Range {
  let start = -1;
  for (let i = 0; i <= n; i++) start = text.indexOf(piece, start + 1);
  if (start < 0) throw new Error(`no ${piece} in ${text}`);
  return { start: positionOf(text, start), end: positionOf(text, start + piece.length) };
}

const positionOf = (text: string, offset: number) => {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length - 1, character: lines[lines.length - 1].length };
};

const offsetOf = (text: string, { line, character }: Range['start']) =>
  text
    .split('\n')
    .slice(0, line)
    .reduce((sum, l) => sum + l.length + 1, 0) + character;

export function applyEdits(text: string, edits: Edit[]): string {
  return [...edits]
    .sort((a, b) => offsetOf(text, b.range.start) - offsetOf(text, a.range.start))
    .reduce(
      (t, e) => t.slice(0, offsetOf(text, e.range.start)) + e.newText + t.slice(offsetOf(text, e.range.end)),
      text,
    );
}

/** Expects exactly one diagnostic, with this code, at this piece of the text. */
export function expectOne(
  text: string,
  code: string,
  piece: string,
  options: ValidateOptions & { n?: number } = {},
): Diagnostic {
  const diagnostics = validateText(text, options);
  expect(diagnostics.map((d) => [d.code, d.message])).toHaveLength(1);
  expect(diagnostics[0].code).toBe(code);
  expect(diagnostics[0].range).toEqual(rangeOf(text, piece, options.n));
  return diagnostics[0];
}

/** The same, and expects the fix to give this text, which has nothing wrong. */
export function expectFixed(
  text: string,
  code: string,
  piece: string,
  fixed: string,
  options: ValidateOptions & { n?: number } = {},
) {
  const { fix } = expectOne(text, code, piece, options);
  expect(fix).toBeDefined();
  const after = applyEdits(text, fix!.edits);
  expect(after).toBe(fixed);
  expect(validateText(after, options)).toEqual([]);
}

/** A file system of texts by absolute path. */
export function fakeFiles(texts: Record<string, string>): FileAccess {
  const paths = Object.keys(texts);
  return {
    kind: (path) => (path in texts ? 'file' : paths.some((p) => p.startsWith(`${path}/`)) ? 'folder' : undefined),
    list: (folder) =>
      paths.filter((p) => p.startsWith(`${folder}/`)).map((p) => p.slice(folder.length + 1).split('/')[0]),
    read: (path) => texts[path],
    script: (path) => {
      const sample = new ScriptSample();
      sample.add(texts[path] ?? '');
      return sample.result();
    },
    vectorDim: (path) =>
      vectorHead(Buffer.from(texts[path]), true)?.dim ?? new UserError('embedding-unreadable', 'No vectors', 'None.'),
  };
}

/** A config in one line with `train` given. */
export const withTrain = (rest: string) => `{ "dataset": { "train": "a.txt" }, ${rest} }`;
