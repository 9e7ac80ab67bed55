/**
 * LibMultiLabel: `labels<TAB>text` or `id<TAB>labels<TAB>text`, labels separated by spaces, quotes are plain characters.
 * Further tabs belong to the text.
 */
import type { SourceOptions } from '../document.ts';
import { Malformed, detach, type OpenedFormat, type ParsedRecord, readRecordLines, splitLabels } from '../record.ts';
import type { Sample } from '../sample.ts';
import { commonWidth, sampleRows } from './rows.ts';

export function openLibMultiLabel(sample: Sample, options: SourceOptions): OpenedFormat {
  const columns = commonWidth(sampleRows(sample.lines, '\t', false)).width === 2 ? 2 : 3;
  const separator = options.labelSeparator ?? /\s+/;
  return {
    options,
    textColumns: [columns - 1],
    cuts: 'lines',
    reader: (pass) => readRecordLines(pass, sample.path, (line) => parse(line, columns, separator)),
  };
}

function parse(line: string, columns: 2 | 3, separator: string | RegExp): ParsedRecord {
  const first = line.indexOf('\t');
  const second = columns === 2 ? first : line.indexOf('\t', first + 1);
  if (first < 0 || second < 0)
    throw new Malformed(`This line has fewer than the ${columns} tab-separated parts that the others have`);
  const id = columns === 3 ? detach(line.slice(0, first).trim()) : '';
  const labels = line.slice(columns === 3 ? first + 1 : 0, second);
  return { id: id || undefined, labels: splitLabels(labels, separator), text: line.slice(second + 1) };
}
