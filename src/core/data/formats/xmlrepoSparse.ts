/**
 * The Extreme Classification Repository's bag of words: a header `documents features labels`, then a line a document:
 * `3,17 5:0.2 9:1`. A line that begins with a space has no label.
 */
import { UserError } from '../../base/errors.ts';
import type { SourceOptions } from '../document.ts';
import type { OpenedFormat, Pass, RawRecord } from '../record.ts';
import { Malformed, readRecordLines } from '../record.ts';
import type { Sample } from '../sample.ts';
import { finiteNumber, wholeNumber } from './featureValues.ts';

interface Header {
  documents: number;
  features: number;
  labels: number;
}

/** Throws `UserError` where the header is not three numbers. */
export function openXmlRepoSparse(sample: Sample, options: SourceOptions): OpenedFormat {
  const header = parseSparseHeader(sample.lines[0].text);
  if (!header)
    throw new UserError(
      'no-sparse-header',
      'The first line is not three numbers',
      'It must give the numbers of documents, features and labels.',
      { file: sample.path, line: 1 },
    );
  return { options, reader: (pass) => read(pass, sample.path, header) };
}

export function parseSparseHeader(line: string): Header | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(line);
  return match ? { documents: Number(match[1]), features: Number(match[2]), labels: Number(match[3]) } : undefined;
}

async function* read(pass: Pass, file: string, header: Header): AsyncGenerator<RawRecord[], void> {
  let lines = 0;
  const parse = (text: string, line: number) => {
    if (line === 1) return undefined;
    if (line > header.documents + 1) {
      if (text.trim() === '') return undefined;
      throw new Malformed(`The header promises ${header.documents} documents; this is one more`);
    }
    lines = line - 1;
    return parseSparse(text, header);
  };
  yield* readRecordLines(pass, file, parse, { blankLines: true });
  if (lines < header.documents)
    pass.findings.reject({
      code: 'torn-line',
      file,
      line: lines + 2,
      message: `The header promises ${header.documents} documents, the file ends after ${lines}`,
    });
}

function parseSparse(line: string, header: Header): Pick<RawRecord, 'text' | 'labels' | 'features'> {
  const parts = line.split(' ');
  const first = parts[0].trim();
  const hasLabels = first !== '' && !first.includes(':');
  const labels = hasLabels ? first.split(',') : [];
  for (const label of labels) wholeNumber(label, header.labels, 'label');
  const pairs = parts.slice(hasLabels ? 1 : 0).filter((pair) => pair.trim() !== '');
  const indices = new Uint32Array(pairs.length);
  const values = new Float32Array(pairs.length);
  pairs.forEach((pair, i) => {
    const colon = pair.indexOf(':');
    if (colon < 0) throw new Malformed(`${JSON.stringify(pair.slice(0, 30))} is not feature:value`);
    indices[i] = wholeNumber(pair.slice(0, colon), header.features, 'feature');
    values[i] = finiteNumber(pair.slice(colon + 1));
  });
  return { text: '', labels, features: { indices, values } };
}
