import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Document, DocumentSource, SeekableSource, SourceOptions } from '../../../src/core/data/document.ts';
import { datasetFile } from '../../../src/core/data/datasetFile.ts';
import { findSplits } from '../../../src/core/data/findSplits.ts';
import type { Split } from '../../../src/core/base/splits.ts';
import { pathOf } from '../../../src/core/data/document.ts';
import { openDataset } from '../../../src/core/data/openDataset.ts';
import { UserError } from '../../../src/core/base/errors.ts';

export const fixtures = 'test/fixtures/data';

/** A temporary folder, removed after the file's tests; `write` puts a file there and returns its path. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-data-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  return { folder, write };
}

/** The documents of a path as command lines write it. */
export const openSource = async (path: string, options?: SourceOptions): Promise<SeekableSource> =>
  (await openDataset(datasetFile(path), options)).source;

/** The splits that are found for a path, as paths. */
export const splitPaths = async (path: string): Promise<Partial<Record<Split, string>>> =>
  Object.fromEntries(Object.entries(await findSplits(datasetFile(path))).map(([split, file]) => [split, pathOf(file)]));

export async function readAll(
  path: string,
  options?: SourceOptions,
): Promise<{ documents: Document[]; source: DocumentSource }> {
  const source = await openSource(path, options);
  const documents: Document[] = [];
  for await (const document of source) documents.push(document);
  return { documents, source };
}

export async function userError(work: unknown): Promise<UserError> {
  const error = await Promise.resolve(work).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** A test on a file of the shared data, skipped with a message where that is absent. */
export function sharedTest(name: string, file: string, run: (path: string) => Promise<void>): void {
  const path = `../shared/data/${file}`;
  const isThere = existsSync(path);
  if (!isThere) console.log(`skipped: ${path} not found`);
  test.skipIf(!isThere)(name, () => run(path));
}

export function unpackXz(path: string, into: (name: string, content: Uint8Array) => string, name: string): string {
  return into(name, execFileSync('xz', ['-dc', path], { maxBuffer: 1 << 30 }));
}
