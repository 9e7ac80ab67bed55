import type { DatasetFormat, SourceOptions } from './document.ts';
import { openArff } from './formats/arff.ts';
import { openDelimited } from './formats/delimited.ts';
import { openFastText } from './formats/fasttext.ts';
import { openFolder } from './formats/folder.ts';
import { openJsonl } from './formats/jsonl.ts';
import { openLibMultiLabel } from './formats/libmultilabel.ts';
import { openNumpyFeatures, openNumpyIds } from './formats/numpy.ts';
import type { Opened } from './formats/opened.ts';
import { openSeedPickle } from './formats/seedPickle.ts';
import { openXmlRepoRaw } from './formats/xmlrepoRaw.ts';
import { openXmlRepoSparse } from './formats/xmlrepoSparse.ts';
import type { Sample } from './sample.ts';
import { readSample } from './sample.ts';

/** Without word order: documents carry features in place of a text. */
export const bagOfWordsFormats: readonly DatasetFormat[] = ['xmlrepo-sparse', 'arff', 'numpy-bow'];

type TextFormat = Exclude<DatasetFormat, 'folder' | BinaryFormat>;
type BinaryFormat = 'pickle' | 'numpy-ids' | 'numpy-bow';

const openers: Record<TextFormat, (sample: Sample, options: SourceOptions) => Opened | Promise<Opened>> = {
  jsonl: openJsonl,
  csv: (sample, options) => openDelimited(sample, options, ','),
  tsv: (sample, options) => openDelimited(sample, options, '\t'),
  fasttext: openFastText,
  libmultilabel: openLibMultiLabel,
  'xmlrepo-raw': openXmlRepoRaw,
  'xmlrepo-jsonl': openJsonl,
  'xmlrepo-sparse': openXmlRepoSparse,
  arff: openArff,
};

const binaryOpeners: Record<BinaryFormat, (path: string, options: SourceOptions) => Promise<Opened>> = {
  pickle: openSeedPickle,
  'numpy-ids': openNumpyIds,
  'numpy-bow': openNumpyFeatures,
};
/** No text: not to be read line by line. */
export const isBinary = (format: DatasetFormat): format is BinaryFormat => Object.hasOwn(binaryOpeners, format);

/** Finds fields and companions of a dataset whose format is known. Throws `UserError`. */
export async function openFormat(
  path: string,
  format: DatasetFormat,
  options: SourceOptions,
  sample?: Sample,
): Promise<Opened> {
  if (format === 'folder') return openFolder(path, options);
  if (isBinary(format)) return binaryOpeners[format](path, options);
  return openers[format](sample ?? (await readSample(path)), options);
}
