import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { guessForm, type Line, readBytes, splitLines, type TextForm, TornPacked } from '../formats/bytes.ts';
import { canonicalEncoding, guessEncoding, markOf, type EncodingGuess } from '../formats/encoding.ts';
import { refuseForeign, refuseNoText } from '../formats/notADataset.ts';
import type { SourceOptions } from './document.ts';

/** The beginning of a file, for recognising its format and fields. */
export interface Sample {
  path: string;
  /** Whole lines; the last one may break off where the first is longer than the sample. */
  lines: SampleLine[];
  form: TextForm;
  /** How the encoding is known; absent where it was given, or there are no bytes. */
  encodedBy?: EncodingGuess['by'];
  /** The bytes that the lines were read off, unpacked, and whether they are all that there are. */
  start: Buffer;
  isWhole: boolean;
}
export type SampleLine = Line & { text: string };

/** How much of a file is looked at, in characters. */
export const sampleChars = 1 << 20;
/** A first line, or record, may be as long. */
const longestFirst = 16 << 20;

/**
 * The first lines of a file, about a million characters of them, in the encoding that is given or that the bytes show. Lines
 * that are damaged are left out: the strict reading comes later and says what is wrong where.
 * Throws `UserError`, also for an empty file and for what is no text (`not-a-dataset`).
 */
export async function readSample(path: string, options: Pick<SourceOptions, 'encoding'> = {}): Promise<Sample> {
  if ((await withFileErrors(path, () => stat(path))).isDirectory())
    throw new UserError('is-a-directory', 'This is a folder, not a file', 'Name a file inside it.', { file: path });
  const { start, isWhole } = await firstBytes(path);
  refuseForeign(path, start);
  const { form, encodedBy } = formOfSample(path, start, options);
  if (!form.encoding.startsWith('utf-16')) refuseNoText(path, start);
  const lines = wholeLines(start, isWhole, form);
  if (lines.some((line) => line.text.trim() !== '')) return { path, lines, form, encodedBy, start, isWhole };
  throw /\S/.test(start.subarray(markOf(start)?.length ?? 0).toString('latin1'))
    ? new UserError(
        'undecodable',
        `No line of the file is valid ${form.encoding}`,
        'Name its encoding with "encoding".',
        { file: path, line: 1 },
      )
    : new UserError('empty-file', 'The file is empty', 'Name a file that holds documents.', { file: path });
}

function formOfSample(
  path: string,
  start: Buffer,
  { encoding }: Pick<SourceOptions, 'encoding'>,
): Pick<Sample, 'form' | 'encodedBy'> {
  if (encoding !== undefined && canonicalEncoding(encoding) === undefined)
    throw new UserError(
      'unknown-encoding',
      `${JSON.stringify(encoding)} is no encoding that is known here`,
      'Use a name of the Encoding Standard: utf-8, windows-1252, gb18030, shift_jis, euc-kr, big5, koi8-r, utf-16le, …',
      { file: path },
    );
  const form = guessForm(start, { encoding });
  return { form, encodedBy: encoding === undefined || markOf(start) ? guessEncoding(start).by : undefined };
}

/** Whole lines of the bytes, at least one where they are all there is, or the first is longer than they are. */
function wholeLines(start: Buffer, isWhole: boolean, form: TextForm): SampleLine[] {
  const skip = markOf(start)?.length ?? 0;
  const lines = splitLines(start.subarray(skip), 1, skip, form, () => {});
  const cut = !isWhole && lines.length > 1 && lines[lines.length - 1].end === '' ? lines.slice(0, -1) : lines;
  return cut.filter((line): line is SampleLine => line.text !== undefined);
}

async function firstBytes(path: string): Promise<Pick<Sample, 'start' | 'isWhole'>> {
  const chunks: Buffer[] = [];
  let length = 0;
  let lineEnds = 0;
  try {
    for await (const chunk of readBytes(path)) {
      chunks.push(chunk);
      length += chunk.length;
      if (lineEnds === 0 && (chunk.includes(10) || chunk.includes(13))) lineEnds++;
      if (length >= sampleChars && (lineEnds > 0 || length >= longestFirst))
        return { start: Buffer.concat(chunks), isWhole: false };
    }
  } catch (error) {
    if (!(error instanceof TornPacked)) throw error; // reported when the file is read
    if (length === 0) throw new UserError('torn-line', error.message, 'Fetch or write the file again.', { file: path });
    return { start: Buffer.concat(chunks), isWhole: false };
  }
  return { start: Buffer.concat(chunks), isWhole: true };
}
