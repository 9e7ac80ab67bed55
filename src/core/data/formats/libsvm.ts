/** LibSVM with any number of labels: `3,17 5:0.2 9:1` (or `3|17`), without a header line; lines that begin with `#` are comments. */
import type { SourceOptions } from '../document.ts';
import { Malformed, type OpenedFormat, type ParsedRecord, readRecordLines } from '../record.ts';
import type { Sample } from '../sample.ts';
import { finiteNumber, wholeNumber } from './featureValues.ts';

export function openLibSvm(sample: Sample, options: SourceOptions): OpenedFormat {
  return { options, cuts: 'lines', reader: (pass) => readRecordLines(pass, sample.path, parseLibSvm) };
}

const row = /^[^\s:#]*(?:\s+qid:\d+)?(?:\s+\d+:[-+]?[\d.]+(?:[eE][-+]?\d+)?)+\s*(?:#.*)?$/;

/** Whether nearly all lines are labels and pairs. */
export function isLibSvm(texts: readonly string[]): boolean {
  const rows = texts.filter((text) => !text.startsWith('#'));
  return rows.length > 0 && rows.filter((text) => row.test(text)).length >= rows.length * 0.9;
}

/** Features may be numbered as high as a 32-bit number goes. */
const mostFeatures = 2 ** 31;

function parseLibSvm(line: string): ParsedRecord | undefined {
  if (line.startsWith('#')) return undefined;
  const parts = line.replace(/\s+#.*$/, '').split(/\s+/);
  const hasLabels = parts[0] !== '' && !parts[0].includes(':');
  const labels = hasLabels ? parts[0].split(/^[\d|]+$/.test(parts[0]) ? '|' : ',').filter((label) => label !== '') : [];
  const pairs = parts.slice(hasLabels ? 1 : 0).filter((pair) => pair !== '' && !pair.startsWith('qid:'));
  const indices = new Uint32Array(pairs.length);
  const values = new Float32Array(pairs.length);
  pairs.forEach((pair, i) => {
    const colon = pair.indexOf(':');
    if (colon < 0) throw new Malformed(`${JSON.stringify(pair.slice(0, 30))} is not feature:value`);
    indices[i] = wholeNumber(pair.slice(0, colon), mostFeatures, 'feature');
    values[i] = finiteNumber(pair.slice(colon + 1));
  });
  return { text: '', labels, features: { indices, values } };
}
