/** Files of word vectors as their makers write them, put together byte by byte. */
import { crc32, deflateRawSync } from 'node:zlib';

export type Vectors = readonly (readonly [word: string, vector: readonly number[]])[];

export const textOf = (vectors: Vectors): string =>
  vectors.map(([word, values]) => `${word} ${values.join(' ')}\n`).join('');

/** word2vec's binary form; the original program ends each record with a line end, gensim does not. */
export function binaryOf(vectors: Vectors, { newlines = false, header = '' } = {}): Buffer {
  const first = header || `${vectors.length} ${vectors[0][1].length}\n`;
  return Buffer.concat([
    Buffer.from(first),
    ...vectors.flatMap(([word, values]) => [
      Buffer.from(`${word} `),
      Buffer.from(Float32Array.from(values).buffer),
      Buffer.from(newlines ? '\n' : ''),
    ]),
  ]);
}

export interface ZipOptions {
  /** All numbers in 64 bits, as for more than 4 GiB. */
  wide?: boolean;
  stored?: boolean;
  /** A comment at the end. */
  comment?: string;
}

/** A zip by APPNOTE 6.3. */
export function zipOf(
  files: Record<string, string | Uint8Array>,
  { wide = false, stored = false, comment = '' }: ZipOptions = {},
): Buffer {
  const parts: Buffer[] = [];
  const table: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const raw = Buffer.from(content as string);
    const data = stored ? raw : deflateRawSync(raw);
    const local = fields(
      [4, 0x04034b50],
      [2, 45],
      [2, 0],
      [2, stored ? 0 : 8],
      [4, 0],
      [4, crc32(raw)],
      [4, data.length],
      [4, raw.length],
      [2, name.length],
      [2, 0],
    );
    const extra = wide ? fields([2, 1], [2, 24], [8, raw.length], [8, data.length], [8, offset]) : Buffer.alloc(0);
    const narrow = (value: number) => (wide ? 0xffffffff : value);
    table.push(
      fields(
        [4, 0x02014b50],
        [2, 45],
        [2, 45],
        [2, 0],
        [2, stored ? 0 : 8],
        [4, 0],
        [4, crc32(raw)],
        [4, narrow(data.length)],
        [4, narrow(raw.length)],
        [2, name.length],
        [2, extra.length],
        [2, 0],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, narrow(offset)],
      ),
      Buffer.from(name),
      extra,
    );
    parts.push(local, Buffer.from(name), data);
    offset += local.length + name.length + data.length;
  }
  const contents = Buffer.concat(table);
  const count = Object.keys(files).length;
  const end64 = wide
    ? [
        fields(
          [4, 0x06064b50],
          [8, 44],
          [2, 45],
          [2, 45],
          [4, 0],
          [4, 0],
          [8, count],
          [8, count],
          [8, contents.length],
          [8, offset],
        ),
        fields([4, 0x07064b50], [4, 0], [8, offset + contents.length], [4, 1]),
      ]
    : [];
  const narrow = (value: number) => (wide ? 0xffffffff : value);
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, narrow(contents.length)],
    [4, narrow(offset)],
    [2, comment.length],
  );
  return Buffer.concat([...parts, contents, ...end64, end, Buffer.from(comment)]);
}

/** Little-endian integers of so many bytes. */
function fields(...values: [bytes: number, value: number][]): Buffer {
  return Buffer.concat(
    values.map(([bytes, value]) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(BigInt(value));
      return buffer.subarray(0, bytes);
    }),
  );
}
