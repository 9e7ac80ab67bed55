/** LibMultiLabel: `labels<TAB>text` or `id<TAB>labels<TAB>text`, labels separated by spaces, quotes are plain characters. */
import type { SourceOptions } from '../document.ts';
import { Malformed, detach, readRecordLines, splitLabels, type OpenedFormat } from '../record.ts';
import type { Sample } from '../sample.ts';
import { commonWidth, sampleRows } from './rows.ts';

export function openLibMultiLabel(sample: Sample, options: SourceOptions): OpenedFormat {
  const columns = commonWidth(sampleRows(sample.lines, '\t', false)).width === 2 ? 2 : 3;
  const separator = options.labelSeparator ?? /\s+/;
  return {
    options,
    reader: (pass) => readRecordLines(pass, sample.path, (line) => parse(line, columns, separator)),
  };
}

function parse(
  line: string,
  columns: 2 | 3,
  separator: string | RegExp,
): { id?: string; text: string; labels: string[] } {
  const parts = line.split('\t');
  if (parts.length !== columns)
    throw new Malformed(`This line has ${parts.length} tab-separated parts where the others have ${columns}`);
  const id = columns === 3 ? detach(parts[0].trim()) : '';
  return { id: id || undefined, labels: splitLabels(parts[columns - 2], separator), text: parts[columns - 1] };
}
