/**
 * A mutation fuzzer: seeded changes to real files. Whatever reads them answers with data or with a `UserError`, soon, and
 * without taking more memory than the file warrants. XMLCNN_FUZZ multiplies the rounds (`npm run soak` sets it), and
 * XMLCNN_FUZZ_SEED begins elsewhere.
 */
import { afterAll, expect } from 'vitest';
import { UserError } from '../../src/core/base/errors.ts';
import { bitsAt, key32 } from '../../src/core/base/random.ts';

const times = Number(process.env.XMLCNN_FUZZ ?? 1);
export const seed = Number(process.env.XMLCNN_FUZZ_SEED ?? 20);

/** Inputs of this file's tests so far. */
let inputs = 0;
if (times > 1) afterAll(() => console.log(`${inputs} mutated inputs`));

/** That a test has mutated inputs by other means. */
export const count = (more: number): void => void (inputs += more);

/** `rounds` as often as is asked for. */
export const rounds = (n: number): number => Math.ceil(n * times);

/** Bytes that lengths, counts, offsets and encodings go wrong with. */
const nastyBytes = [0, 1, 0x7f, 0x80, 0xc3, 0xed, 0xff];
/** Pieces that text formats give a meaning to. */
const nastyPieces = ['"', "'", '\\', ',', '\t', '\n', '\r\n', '\r', '{', '}', '[', ']', ':', '{}', '0', '-1', '1e999']
  .concat(['99999999999', 'null', '""', '\\u0000', '\\ud800', '\\"', '#', '//', '/*', '__label__', '<', '&', '\ufeff'])
  .concat(['..', '/', '=1+1', '__proto__', 'constructor', '\u0000', '\u2028', '💥', 'x'.repeat(5000)]);

/** One to eight changes to a copy: bytes, runs of bytes, cuts, repeats, meaningful pieces, the end torn off. */
export function mutate(original: Uint8Array, round: number): Buffer {
  const key = key32(seed, round);
  let draw = 0;
  const below = (n: number): number => bitsAt(key, draw++) % Math.max(1, n);
  let bytes: Buffer = Buffer.from(original);
  const splice = (at: number, drop: number, put: Uint8Array = Buffer.alloc(0)): void => {
    bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]);
  };
  for (let i = below(8); i >= 0; i--) {
    const at = below(bytes.length);
    const kind = below(16);
    if (kind < 6 && bytes.length) bytes[at] = below(256);
    else if (kind < 8) bytes.fill(nastyBytes[below(nastyBytes.length)], at, Math.min(bytes.length, at + 1 + below(8)));
    else if (kind === 8) splice(at, below(16));
    else if (kind === 9) splice(at, 0, bytes.subarray(below(bytes.length)));
    else if (kind === 10) bytes = bytes.subarray(0, at);
    else splice(at, below(3), Buffer.from(nastyPieces[below(nastyPieces.length)]));
  }
  return bytes;
}

export interface Told {
  read: number;
  refused: number;
}

/** Reads `least` mutations, or as many more as are asked for, of each file. `read` may assert what holds of data that was read. */
export async function fuzz(
  files: readonly Uint8Array[],
  least: number,
  read: (bytes: Buffer, file: number) => unknown,
): Promise<Told> {
  const told: Told = { read: 0, refused: 0 };
  const memory = process.memoryUsage.rss();
  const all = rounds(least);
  for (const [f, file] of files.entries())
    for (let round = 0; round < all; round++) {
      const started = process.cpuUsage();
      inputs++;
      try {
        await read(mutate(file, f * all + round), f);
        told.read++;
      } catch (error) {
        if (!(error instanceof UserError))
          throw new Error(`file ${f}, round ${round}: ${String(error)}`, { cause: error });
        expect(error.message, `file ${f}, round ${round}`).not.toBe('');
        expect(error.remedy, `file ${f}, round ${round}`).not.toBe('');
        told.refused++;
      }
      const { user, system } = process.cpuUsage(started); // the machine may be busy, or the process paused
      expect(user + system, `file ${f}, round ${round}: a hang`).toBeLessThan(10_000_000);
    }
  expect(process.memoryUsage.rss() - memory).toBeLessThan(700 * 2 ** 20);
  return told;
}

/** That the changes neither spared all files nor ruined all. */
export function expectBoth({ read, refused }: Told, share = 1 / 100): void {
  expect(Math.min(read, refused)).toBeGreaterThan((read + refused) * share);
}
