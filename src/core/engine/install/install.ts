import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Cancelled, UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { fileError, makeFolder } from '../../base/files.ts';
import type { NativeEngine } from '../engines/folders.ts';
import { engineFolder, enginesFolder, installedFiles } from '../engines/folders.ts';
import type { HttpOptions } from './http.ts';
import { openUrl } from './http.ts';
import type { Download } from './table.ts';
import { downloadsOf } from './table.ts';
import { unpackTar } from './tar.ts';

/** Progress is reported for each archive by its name, in bytes. */
export interface InstallOptions extends HttpOptions, Pick<WorkOptions, 'onProgress'> {
  /** Folder of all installed engines. */
  folder?: string;
  /** SHA-256 of the archives whose hashes this program does not know, in the order of `downloadsOf`. */
  sha256?: readonly string[];
  /** Default: `downloadsOf(engine)`. */
  downloads?: readonly Download[];
}

/**
 * Downloads the binaries of an engine, checks their hashes, unpacks them beside the engine's folder and moves them into place: an
 * engine is there whole, or not at all.
 * @returns the engine's folder
 * Throws `UserError` (`no-binaries`, `hash-needed`, `hash-differs`, `download-…`, `archive-damaged`), `Cancelled`.
 */
export async function installEngine(engine: NativeEngine, options: InstallOptions = {}): Promise<string> {
  const folder = options.folder ?? enginesFolder();
  const downloads = withHashes(engine, options.downloads ?? downloadsOf(engine), options.sha256 ?? []);
  const target = engineFolder(engine, folder);
  await makeFolder(folder);
  const work = await mkdtemp(join(folder, '.install-'));
  try {
    const unpacked = join(work, 'unpacked');
    for (const download of downloads) {
      const archive = join(work, basename(new URL(download.url).pathname));
      await fetchArchive(download, archive, options);
      await unpackTar(archive, download.take.from, join(unpacked, download.take.to));
      if (options.signal?.aborted) throw new Cancelled();
      await rm(archive);
    }
    if (!existsSync(join(unpacked, installedFiles[engine]))) throw incomplete(engine);
    if (existsSync(target)) await rename(target, join(work, 'before'));
    await makeFolder(dirname(target));
    await rename(unpacked, target);
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Pinned = Download & { sha256: string };

function withHashes(engine: NativeEngine, downloads: readonly Download[], given: readonly string[]): Pinned[] {
  if (downloads.length === 0) {
    const remedy =
      'Install @tensorflow/tfjs-node with npm, and name its folder in XMLCNN_TENSORFLOW or xmlcnn.tensorflowPath.';
    throw new UserError(
      'no-binaries',
      `There are no binaries of ${engine} for ${process.platform}-${process.arch}`,
      remedy,
    );
  }
  const unknown = downloads.filter(({ sha256 }) => sha256 === undefined);
  if (given.length !== unknown.length || given.some((hash) => !/^[0-9a-f]{64}$/i.test(hash)))
    throw hashNeeded(engine, unknown);
  let next = 0;
  return downloads.map((download) => ({ ...download, sha256: download.sha256 ?? given[next++].toLowerCase() }));
}

async function fetchArchive({ url, sha256 }: Pinned, target: string, options: InstallOptions): Promise<void> {
  const { signal, onProgress } = options;
  const response = await openUrl(url, options);
  const total = Number(response.headers['content-length'] ?? 0);
  const hash = createHash('sha256');
  let done = 0;
  const watch = new Transform({
    transform(chunk: Buffer, _, pass) {
      hash.update(chunk);
      done += chunk.length;
      onProgress?.({ phase: 'downloading', file: basename(target), done, total, unit: 'bytes' });
      pass(null, chunk);
    },
  });
  try {
    await pipeline(response, watch, createWriteStream(target), { signal });
  } catch (error) {
    if (signal?.aborted) throw new Cancelled();
    throw response.complete ? fileError(error, target) : torn(url, { done, total }, error);
  }
  if (total && done !== total) throw torn(url, { done, total });
  const found = hash.digest('hex');
  if (found !== sha256) throw differs(url, sha256, found);
}

const torn = (url: string, { done, total }: { done: number; total: number }, cause?: unknown): UserError =>
  new UserError(
    'download-torn',
    `The download of ${url} broke off after ${done} of ${total || '?'} bytes`,
    'Try again.',
    {},
    { cause },
  );

const differs = (url: string, expected: string, found: string): UserError =>
  new UserError(
    'hash-differs',
    `What ${url} gives is not what was expected: its SHA-256 is ${found}, not ${expected}`,
    'Nothing was installed. Try again on another network; if it stays so, report it.',
  );

const incomplete = (engine: NativeEngine): UserError =>
  new UserError('archive-damaged', `The archives lack ${installedFiles[engine]}`, 'Nothing was installed. Report it.');

function hashNeeded(engine: NativeEngine, unknown: readonly Download[]): UserError {
  if (unknown.length === 0)
    return new UserError('hash-needed', `The hashes of ${engine} are known`, 'Leave out the hashes.');
  return new UserError(
    'hash-needed',
    `This program does not know the SHA-256 of ${unknown.map(({ url }) => url).join(' and ')}, and installs nothing unchecked`,
    `Give ${unknown.length === 1 ? 'it' : 'them'} (--sha256, in this order) from a source that you trust, or install @tensorflow/tfjs-node with npm and name its folder in XMLCNN_TENSORFLOW or xmlcnn.tensorflowPath.`,
  );
}
