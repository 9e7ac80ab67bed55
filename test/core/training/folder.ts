import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** A function that makes empty folders, removed after each test, or when else `hook` says. */
export function temporaryFolders(hook: (work: () => Promise<void>) => void = afterEach): () => Promise<string> {
  const made: string[] = [];
  hook(async () => {
    for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'xmlcnn-training-'));
    made.push(folder);
    return folder;
  };
}
