import { createReadStream } from 'node:fs';
import { open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import { fileError, makeFolder } from '../../base/files.ts';

interface Entry {
  name: string;
  size: number;
  /** `0` a file, `2` a symbolic link, `5` a folder; others are not taken. */
  type: string;
  link: string;
}

const block = 512;
/** No engine is nearly as large, in bytes. */
const maxUnpacked = 4e9;
/** Of a name in an entry of its own. */
const maxName = 65_536;

/**
 * Unpacks what lies under `from` in a gzipped tar archive (ustar, with long names of GNU and POSIX) to a folder; `from` may begin with `*`
 * for a folder of any name. Throws `UserError` `archive-damaged`, also where a name leads out of its folder.
 */
export async function unpackTar(archive: string, from: string, folder: string): Promise<void> {
  const reader = new Reader(createReadStream(archive).pipe(createGunzip()), archive);
  let longName: string | undefined;
  let unpacked = 0;
  for (;;) {
    const header = await reader.take(block, true);
    if (!header || header.every((byte) => byte === 0)) return reader.close();
    const entry = parseHeader(header, archive);
    const padding = (block - (entry.size % block)) % block;
    if (entry.type === 'L' || entry.type === 'x') {
      if (entry.size > maxName) throw damaged(archive, 'a name is too long');
      const text = (await reader.take(entry.size + padding))!.toString('utf8', 0, entry.size);
      longName =
        entry.type === 'L' ? text.replace(/\0.*$/s, '') : (/(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1] ?? longName);
      continue;
    }
    const name = checkedName(longName ?? entry.name, archive);
    longName = undefined;
    unpacked += entry.size;
    if (unpacked > maxUnpacked) throw damaged(archive, 'it is too large');
    await place({ ...entry, name }, from, folder, reader, archive);
    await reader.skip(padding);
  }
}

async function place(entry: Entry, from: string, folder: string, reader: Reader, archive: string): Promise<void> {
  const inner = nameUnder(from, entry.name);
  if (inner === undefined || (entry.type !== '0' && entry.type !== '2')) return reader.skip(entry.size);
  const target = join(folder, inner);
  await makeFolder(dirname(target));
  if (entry.type === '2') {
    // a library's other names: files beside it
    if (/[/\\:\0]/.test(entry.link) || entry.link.startsWith('..'))
      throw damaged(archive, `${entry.name} links to ${entry.link}`);
    await symlink(entry.link, target);
    return;
  }
  // never through a link that the archive made
  const file = await open(target, 'wx', 0o755).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? damaged(archive, `${entry.name} is there twice`) : fileError(error, target);
  });
  try {
    for (let left = entry.size; left > 0;) {
      const bytes = (await reader.take(Math.min(left, 1 << 20)))!;
      await file.writeFile(bytes);
      left -= bytes.length;
    }
  } finally {
    await file.close();
  }
}

function nameUnder(from: string, name: string): string | undefined {
  if (!from.startsWith('*/')) return name.startsWith(from) ? name.slice(from.length) || undefined : undefined;
  const slash = name.indexOf('/');
  return slash > 0 ? name.slice(slash + 1) || undefined : undefined;
}

function checkedName(name: string, archive: string): string {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '');
  if (name.startsWith('/') || /[\\:\0]/.test(name) || parts.includes('..'))
    throw damaged(archive, `the name ${name} leads out of it`);
  return parts.join('/') + (name.endsWith('/') ? '/' : '');
}

function parseHeader(header: Buffer, archive: string): Entry {
  const text = (start: number, length: number): string =>
    header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (parseInt(text(148, 8), 8) !== sum) throw damaged(archive, 'a checksum is wrong');
  const size = parseInt(text(124, 12), 8);
  if (!(size >= 0)) throw damaged(archive, 'a size is wrong');
  const prefix = text(257, 6).startsWith('ustar') ? text(345, 155) : '';
  const type = header[156] === 0 ? '0' : String.fromCharCode(header[156]);
  return { name: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100), size, type, link: text(157, 100) };
}

/** Takes bytes off a stream. */
class Reader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly stream: NodeJS.ReadableStream,
    private readonly archive: string,
  ) {
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Nothing at the end, where that is allowed. */
  async take(bytes: number, mayEnd = false): Promise<Buffer | undefined> {
    while (this.rest.length < bytes) {
      const next = await this.next();
      if (next) this.rest = this.rest.length ? Buffer.concat([this.rest, next]) : next;
      else if (mayEnd && this.rest.length === 0) return undefined;
      else throw damaged(this.archive, 'it ends too soon');
    }
    const taken = this.rest.subarray(0, bytes);
    this.rest = this.rest.subarray(bytes);
    return taken;
  }

  async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0;) left -= (await this.take(Math.min(left, Math.max(1, this.rest.length))))!.length;
  }

  close(): void {
    (this.stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
  }

  private async next(): Promise<Buffer | undefined> {
    try {
      const { done, value } = await this.chunks.next();
      return done ? undefined : value;
    } catch (error) {
      throw damaged(this.archive, (error as Error).message);
    }
  }
}

const damaged = (file: string, why: string): UserError =>
  new UserError('archive-damaged', `The downloaded archive is damaged: ${why}`, 'Try again.', { file });
