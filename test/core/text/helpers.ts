import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import { UserError } from '../../../src/core/base/errors.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xmlcnn-text-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function put(path: string, content: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

export const jsonLines = (records: { id?: string; text: string; labels: string[] }[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

export const defaultText: RunConfig['text'] = {
  tokenizer: 'unicode',
  lowercase: true,
  keepNumbers: false,
  stopWords: null,
  stem: 'none',
  maxLength: 500,
  vocabularySize: null,
  minCount: 1,
  ngrams: 2,
};

/** The `UserError` that the promise is rejected with. */
export async function userError(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error;
  throw error;
}
