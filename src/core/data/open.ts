import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { recogniseFormat } from './detect.ts';
import type { DatasetFormat, SeekableSource, SourceOptions } from './document.ts';
import { bagOfWordsFormats, openFormat } from './formats.ts';
import { readLabelNames } from './labelNames.ts';
import { ReaderSource, fileSize } from './source.ts';

export { requireWordOrder } from './source.ts';

/**
 * Opens a dataset file, or a folder of text files; format and fields are found from the content where `options` do not
 * state them. Iterating streams the documents: memory stays constant but for one hash per id (`IdSet`).
 * Throws `UserError`; iterating throws `UserError` for the first unreadable record unless `onError` is `'skip'`.
 */
export async function openSource(path: string, options: SourceOptions = {}): Promise<SeekableSource> {
  const { format, sample } = options.format
    ? { format: options.format, sample: undefined }
    : await recogniseFormat(path, options);
  const opened = await openFormat(path, format, options, sample);
  const totalBytes = opened.totalBytes ?? (await fileSize(path));
  const namesFile = options.labelNames ?? findNamesFile(path, format);
  const labelNames =
    namesFile === undefined
      ? (opened.labelNames ?? new Map<string, string>())
      : await readLabelNames(namesFile, options.encoding);
  return new ReaderSource(path, format, bagOfWordsFormats.includes(format), totalBytes, labelNames, opened, options);
}

/** The label-name file that the Extreme Classification Repository's JSON lines come with. */
function findNamesFile(path: string, format: DatasetFormat): string | undefined {
  if (format !== 'xmlrepo-jsonl') return undefined;
  const names = ['lbl.json', 'lbl.json.gz', 'Yf.txt'];
  return names.map((name) => join(dirname(path), name)).find((file) => existsSync(file));
}
