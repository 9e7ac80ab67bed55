/** Word vectors as word2vec, gensim and fastText read them. */
import { writeAtomic } from '../../base/files.ts';

export interface NamedVectors {
  /** Words in the order to be written; one with a blank or a line end in it cannot be read again by most programs. */
  words: readonly string[];
  /** Vector i of `words`, [D]. */
  vector(i: number): Float32Array;
  dim: number;
}

const blockBytes = 1 << 20;

/**
 * Writes `count dimension` and the vectors: as word2vec's binary form (without line ends, as gensim does), or as text with the
 * fewest digits that give the same float32. Words with blanks, which both forms cannot hold, are left out.
 * Returns the number of vectors. Throws `UserError` for files.
 */
export async function writeVectors(path: string, vectors: NamedVectors, form: 'binary' | 'text'): Promise<number> {
  const { words, dim } = vectors;
  const kept = [...words.keys()].filter((i) => words[i] !== '' && !/[\s]/.test(words[i]));
  const recordOf = form === 'binary' ? binaryRecord : textRecord;
  await writeAtomic(path, async (write) => {
    let block: Buffer[] = [Buffer.from(`${kept.length} ${dim}\n`)];
    let bytes = 0;
    for (const i of kept) {
      const record = recordOf(words[i], vectors.vector(i));
      block.push(record);
      bytes += record.length;
      if (bytes < blockBytes) continue;
      await write(Buffer.concat(block));
      [block, bytes] = [[], 0];
    }
    await write(Buffer.concat(block));
  });
  return kept.length;
}

function binaryRecord(word: string, vector: Float32Array): Buffer {
  const name = Buffer.from(`${word} `);
  const record = Buffer.alloc(name.length + 4 * vector.length);
  name.copy(record);
  vector.forEach((value, i) => record.writeFloatLE(value, name.length + 4 * i));
  return record;
}

const textRecord = (word: string, vector: Float32Array): Buffer =>
  Buffer.from(`${word} ${Array.from(vector, shortest).join(' ')}\n`);

/** The shortest number that is read as the same float32; nine digits always are. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}
