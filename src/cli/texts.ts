import { TextDecoder } from 'node:util';
import { readLines } from '../core/formats/bytes.ts';
import type { DatasetFile, SourceOptions } from '../core/data/document.ts';
import { openForRun, type TrainedReading } from '../core/text/readSplit.ts';
import { UserError } from '../core/base/errors.ts';

/** A text to predict, with what is known of it. */
export interface InputText {
  text: string;
  /** Document id, or the line it is from. */
  id: string;
  /** The labels it has, where it comes from a dataset. */
  truth?: string[];
}

/** The lines of a stream of bytes, in UTF-8, that are not blank; each is a text. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>, name: string): AsyncGenerator<InputText> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  const take = function* (isLast: boolean): Generator<InputText> {
    const lines = rest.split('\n');
    rest = isLast ? '' : lines.pop()!;
    for (const text of lines) {
      line++;
      if (text.trim()) yield { id: String(line), text: text.replace(/\r$/, '') };
    }
  };
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decode(decoder, chunk, name, line);
    if (rest.includes('\n')) yield* take(false);
  }
  rest += decode(decoder, undefined, name, line);
  yield* take(true);
}

function decode(decoder: TextDecoder, chunk: Uint8Array | undefined, file: string, line: number): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw new UserError(
      'undecodable',
      `This is not UTF-8 text, at or after line ${line + 1}`,
      'Convert it to UTF-8 (iconv does it).',
      { file },
      { cause },
    );
  }
}

/** The lines of a file that are not blank; .gz is read as it is. */
export async function* fileLines(path: string): AsyncGenerator<InputText> {
  for await (const batch of readLines(path))
    for (const { text, number } of batch) if (text?.trim()) yield { id: String(number), text };
}

/** A whole file as one text. */
export async function wholeFile(path: string): Promise<InputText> {
  const lines: string[] = [];
  for await (const batch of readLines(path)) for (const { text = '' } of batch) lines.push(text);
  return { id: path, text: lines.join('\n') };
}

/** The documents of a dataset file, read by the names that the run was trained on. */
export async function* documentsOf(
  file: DatasetFile,
  run: TrainedReading,
  given: SourceOptions,
): AsyncGenerator<InputText> {
  const { source, isUnlabelled } = await openForRun(file, run, { isUnlabelledFine: true, given });
  for await (const { id, text, labels } of source) yield isUnlabelled ? { id, text } : { id, text, truth: labels };
}
