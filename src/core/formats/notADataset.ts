/** Files that are no datasets, recognised by their first bytes: what they are, and what to do. */
import { UserError } from '../base/errors.ts';

interface Foreign {
  /** With its article. */
  name: string;
  remedy: string;
  /** Latin-1 text at the beginning. */
  magic: RegExp;
}

const again = 'Download the data itself: the address may want a login, or name a page about the file.';
const export_ = 'Export its table as CSV or JSON lines.';

const foreign: readonly Foreign[] = [
  {
    name: 'a Git LFS pointer, a placeholder',
    magic: /^version https:\/\/git-lfs\.github\.com\/spec\//,
    remedy: '"git lfs pull" in its repository fetches the file itself.',
  },
  { name: 'an SQLite database', magic: /^SQLite format 3\0/, remedy: export_ },
  { name: 'a DuckDB database', magic: /^[^]{8}DUCK/, remedy: export_ },
  { name: 'a PDF document', magic: /^%PDF-/, remedy: 'Extract its text (pdftotext), one document a file or a line.' },
  {
    name: 'a MATLAB file',
    magic: /^MATLAB \d/,
    remedy: 'Write its matrices as NumPy arrays (scipy.io.loadmat, numpy.save), or as LibSVM lines.',
  },
  { name: 'an HDF5 file', magic: /^\x89HDF\r\n/, remedy: 'Write its table as CSV or JSON lines (pandas.read_hdf).' },
  { name: 'an Avro file', magic: /^Obj\x01/, remedy: 'Write it as JSON lines (avro-tools tojson).' },
  { name: 'an ORC file', magic: /^ORC/, remedy: 'Write it as Parquet or JSON lines.' },
  {
    name: 'an Office file of the old form or an encrypted one (.xls, .doc, or .xlsx with a password)',
    magic: /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/,
    remedy: 'Open it in a spreadsheet program and save the sheet as CSV (UTF-8) or as .xlsx without a password.',
  },
  {
    name: 'a picture',
    magic: /^(?:\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|BM[^]{4}\0\0\0\0|RIFF[^]{4}WEBP|II\*\0|MM\0\*)/,
    remedy: 'Name a file of texts and labels.',
  },
  {
    name: 'a sound or video file',
    magic: /^(?:OggS|ID3|fLaC|RIFF[^]{4}(?:WAVE|AVI )|[^]{4}ftyp|\x1aE\xdf\xa3)/,
    remedy: 'Name a file of texts and labels.',
  },
  {
    name: 'a program',
    magic: /^(?:\x7fELF|MZ[^]{58}|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe|\0asm)/,
    remedy: 'Name a file of texts and labels.',
  },
  { name: 'a 7-Zip archive', magic: /^7z\xbc\xaf\x27\x1c/, remedy: 'Unpack it first.' },
  { name: 'a RAR archive', magic: /^Rar!\x1a\x07/, remedy: 'Unpack it first.' },
  { name: 'a tar archive', magic: /^[^]{257}ustar/, remedy: 'Unpack it first (tar -xf).' },
];

const html = /^(?:\xef\xbb\xbf)?\s*(?:<!--[^]*?-->\s*)?(?:<!doctype\s+html|<html\b|<head\b|<body\b)/i;
const xml = /^(?:\xef\xbb\xbf)?\s*<(?:\?xml\b|!doctype\b|Error><Code>|svg\b|rss\b|feed\b)/i;

/** Throws `UserError` `not-a-dataset` where the first bytes (a few hundred suffice) are of a file that holds no documents to read. */
export function refuseForeign(file: string, start: Buffer): void {
  const head = start.subarray(0, 4096).toString('latin1');
  const found = foreign.find(({ magic }) => magic.test(head));
  if (found) throw notADataset(file, `This is ${found.name}${sizeOfPointer(head)}, not a dataset`, found.remedy);
  const answer = start.length < 2000 ? errorAnswer(head) : undefined;
  if (answer !== undefined)
    throw notADataset(file, `This is a server's error message (${JSON.stringify(answer)}), not a dataset`, again);
  if (html.test(head)) throw notADataset(file, `This is an HTML page${titleOf(start)}, not a dataset`, again);
  if (xml.test(head))
    throw notADataset(
      file,
      'This is an XML or SGML file, which is not read',
      'Write its records as JSON lines or CSV.',
    );
}

/** What servers answer instead of a file: `{"error": "Not Found", "status": 404}`. */
function errorAnswer(head: string): string | undefined {
  const pairs =
    /^(?:\xef\xbb\xbf)?\s*\{((?:\s*"(?:error|errors|message|detail|status|status_?code|code|documentation_url)"\s*:\s*(?:"[^"]*"|\d+|null|true|false)\s*,?)+)\}\s*$/i;
  const inner = pairs.exec(head)?.[1];
  return inner === undefined ? undefined : /"(?:error|message|detail)"\s*:\s*"([^"]*)"/i.exec(inner)?.[1].slice(0, 80);
}

/** Bytes that are no text: many of them are control characters. Throws `UserError` `not-a-dataset`. */
export function refuseNoText(file: string, start: Buffer): void {
  const head = start.subarray(0, 4096);
  let controls = 0;
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls++;
  if (controls * 50 <= head.length) return;
  throw notADataset(
    file,
    'This is no text: it is a binary file of a kind that is not known here',
    'Name a file of texts and labels.',
  );
}

const sizeOfPointer = (head: string): string => {
  const size = /^size (\d+)$/m.exec(head)?.[1];
  return size && head.startsWith('version https://git-lfs') ? ` for ${Number(size).toLocaleString('en')} bytes` : '';
};

function titleOf(start: Buffer): string {
  const title = /<title[^>]*>([^<]{1,80})/i
    .exec(start.subarray(0, 4096).toString('utf8'))?.[1]
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  return title ? ` ("${title}")` : '';
}

const notADataset = (file: string, message: string, remedy: string): UserError =>
  new UserError('not-a-dataset', message, remedy, { file });
