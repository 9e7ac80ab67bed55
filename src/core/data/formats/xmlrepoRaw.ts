/** The Extreme Classification Repository's raw pair: `*_raw_texts.txt` with one text a line, `*_labels.txt` with its labels. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import type { Line } from '../../formats/bytes.ts';
import { readLines } from '../../formats/bytes.ts';
import type { SourceOptions } from '../document.ts';
import type { OpenedFormat, Pass, RawRecord } from '../record.ts';
import { passLines, splitLabels } from '../record.ts';
import type { Sample } from '../sample.ts';

const usualSeparator = /[\s,]+/;

/** Throws `UserError` where the label file is missing. */
export function openXmlRepoRaw(sample: Sample, options: SourceOptions): OpenedFormat {
  const labelsFile = options.labelsFile ?? findLabelsFile(sample.path);
  if (labelsFile === undefined)
    throw new UserError('no-labels-file', 'There is no label file beside the texts', 'Name it with "labelsFile".', {
      file: sample.path,
    });
  return {
    options: { ...options, labelsFile },
    reader: (pass) => read(pass, sample.path, labelsFile, options.labelSeparator ?? usualSeparator),
  };
}

/** The labels of the text on a line (from 1), for those who read single texts; the label file is read up to it. Throws `UserError`. */
export async function labelsOfLine(line: number, { labelsFile, labelSeparator }: SourceOptions): Promise<string[]> {
  if (labelsFile === undefined) return [];
  for await (const batch of readLines(labelsFile))
    for (const { number, text = '' } of batch)
      if (number === line) return splitLabels(text, labelSeparator ?? usualSeparator);
  return [];
}

/** `train_labels.txt` for `train_raw_texts.txt` or `train_texts.txt`, also with `.gz`. */
export function findLabelsFile(texts: string): string | undefined {
  const stem = /^(.*?)(?:_raw)?_texts\.txt(?:\.gz)?$/i.exec(basename(texts))?.[1];
  if (stem === undefined) return undefined;
  const candidates = [`${stem}_labels.txt`, `${stem}_labels.txt.gz`].map((name) => join(dirname(texts), name));
  return candidates.find((file) => existsSync(file));
}

/** Reads both files in step. Lines pair by number, so one that cannot be decoded takes its partner with it. */
async function* read(
  pass: Pass,
  texts: string,
  labelsFile: string,
  separator: string | RegExp,
): AsyncGenerator<RawRecord[], void> {
  if (pass.stretch) return yield* again(pass, texts);
  const labels = new LineQueue(passLines(pass, labelsFile, false));
  try {
    let lines = 0;
    for await (const batch of passLines(pass, texts)) {
      const records: RawRecord[] = [];
      for (const { text, number, byte, stop } of batch) {
        const partner = await labels.next();
        if (!partner)
          return yield* broken(pass, records, labelsFile, lines + 1, `The labels end here, but ${texts} goes on`);
        lines = number;
        if (text === undefined || partner.text === undefined) continue;
        records.push({ text, labels: splitLabels(partner.text, separator), line: number, number, byte, stop });
      }
      yield records;
    }
    const rest = await labels.next();
    if (rest) yield* broken(pass, [], texts, lines + 1, `The texts end here, but ${labelsFile} goes on`);
  } finally {
    await labels.close();
  }
}

/** The texts of a stretch. */
async function* again(pass: Pass, texts: string): AsyncGenerator<RawRecord[], void> {
  for await (const batch of passLines(pass, texts)) {
    const records: RawRecord[] = [];
    for (const { text, number, byte, stop } of batch)
      if (text !== undefined) records.push({ text, labels: [], line: number, number, byte, stop });
    yield records;
  }
}

function* broken(
  pass: Pass,
  records: RawRecord[],
  file: string,
  line: number,
  message: string,
): Generator<RawRecord[], void> {
  yield records;
  pass.findings.reject({ code: 'torn-line', file, line, message });
}

/** Takes lines one by one from a reader of batches. */
class LineQueue {
  private batch: Line[] = [];
  private at = 0;
  constructor(private readonly batches: AsyncGenerator<Line[], void>) {}

  async next(): Promise<Line | undefined> {
    while (this.at === this.batch.length) {
      const next = await this.batches.next();
      if (next.done) return undefined;
      this.batch = next.value;
      this.at = 0;
    }
    return this.batch[this.at++];
  }

  async close(): Promise<void> {
    await this.batches.return();
  }
}
