/** Character encodings: what a file's bytes show, and decoding by the platform's own decoder (WHATWG Encoding). */
import { isAscii, isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';

/** A label of the WHATWG Encoding Standard (`utf-8`, `windows-1252`, `gb18030`, `shift_jis`, …), or `latin1` (ISO 8859-1). */
export type Encoding = string;

/** The name by which an encoding is kept, or undefined where the platform has no decoder for it. */
export function canonicalEncoding(name: string): Encoding | undefined {
  const label = name.trim().toLowerCase();
  if (['latin1', 'latin-1', 'iso-8859-1', 'iso8859-1', 'iso_8859-1', 'l1'].includes(label)) return 'latin1';
  try {
    const { encoding } = new TextDecoder(aliases.get(label) ?? label);
    return encoding === 'gbk' ? 'gb18030' : encoding; // gb18030 holds all of GBK
  } catch {
    return undefined;
  }
}

/** Names that Python and Windows have and the standard has not. */
const aliases = new Map([
  ['utf8', 'utf-8'],
  ['utf-8-sig', 'utf-8'],
  ['utf_8', 'utf-8'],
  ['utf16', 'utf-16le'],
  ['utf-16', 'utf-16le'],
  ['cp1250', 'windows-1250'],
  ['cp1251', 'windows-1251'],
  ['cp1252', 'windows-1252'],
  ['cp932', 'shift_jis'],
  ['sjis', 'shift_jis'],
  ['cp936', 'gbk'],
  ['gb2312', 'gb18030'],
  ['gbk', 'gb18030'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
  ['euc_kr', 'euc-kr'],
  ['euc_jp', 'euc-jp'],
  ['koi8r', 'koi8-r'],
]);

/** Bytes of a code unit: line ends and the like are found at multiples of it. */
export const unitOf = (encoding: Encoding): 1 | 2 => (encoding.startsWith('utf-16') ? 2 : 1);

export interface EncodingGuess {
  encoding: Encoding;
  /** `mark`: by its byte order mark; `valid`: the bytes are UTF-8; `shape`: zeros where UTF-16 has them; `guess`: by letter statistics. */
  by: 'mark' | 'valid' | 'shape' | 'guess';
}

/** The encoding that a byte order mark names, and the length of the mark. */
export function markOf(start: Uint8Array): { encoding: Encoding; length: number } | undefined {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (start[0] === 0xff && start[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (start[0] === 0xfe && start[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}

/**
 * What the beginning of a file is written in. A file whose lines are UTF-8 but for a few damaged ones is UTF-8.
 */
export function guessEncoding(start: Buffer): EncodingGuess {
  const mark = markOf(start);
  if (mark) return { encoding: mark.encoding, by: 'mark' };
  const wide = wideOrder(start);
  if (wide) return { encoding: wide, by: 'shape' };
  const lines = foreignLines(start);
  if (lines.length === 0) return { encoding: 'utf-8', by: 'valid' };
  const valid = lines.filter((line) => isUtf8(line)).length;
  if (valid * 2 >= lines.length) return { encoding: 'utf-8', by: 'valid' };
  return guessByLetters(lines.filter((line) => !isUtf8(line)));
}

/** UTF-16 without a mark: no other text holds zeros, and here the upper halves of line ends, quotes and digits are zero. */
function wideOrder(start: Buffer): Encoding | undefined {
  const length = Math.min(start.length, 4096) & ~1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (start[i] === 0) even++;
    if (start[i + 1] === 0) odd++;
  }
  if (even + odd < length * 0.005 || even + odd === 0) return undefined;
  const encoding = odd > even * 3 ? 'utf-16le' : even > odd * 3 ? 'utf-16be' : undefined;
  const text = encoding && decode(start.subarray(0, length), encoding);
  return text !== undefined && !/[\0-\x08\x0e-\x1f\uFFFE\uFFFF]/.test(text) ? encoding : undefined;
}

/** Lines with bytes above 127; the last one only where it is whole. */
function foreignLines(start: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  const end = start.indexOf(10) < 0 ? 13 : 10;
  for (let from = 0; from < start.length;) {
    const found = start.indexOf(end, from);
    const stop = found < 0 ? start.length : found;
    const line = start.subarray(from, stop);
    if (!isAscii(line) && (found >= 0 || lines.length === 0)) lines.push(line);
    from = stop + 1;
  }
  return lines;
}

const mostForGuess = 64 * 1024;

function guessByLetters(lines: readonly Buffer[]): EncodingGuess {
  const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])).subarray(0, mostForGuess);
  const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
  const sample = whole.length ? whole : bytes;
  for (const { name } of analyse(sample)) {
    const encoding = known(name, sample);
    if (encoding && decodes(sample, encoding)) return { encoding, by: 'guess' };
  }
  return { encoding: 'windows-1252', by: 'guess' };
}

/** What the statistics call ISO 8859-1 is Windows-1252 wherever it differs; UTF-32 and escape codes are not text files here. */
function known(name: string, sample: Buffer): Encoding | undefined {
  if (/^(?:utf|ascii|iso-2022)/i.test(name)) return undefined;
  const windows: Record<string, string> = { 'ISO-8859-1': 'windows-1252', 'ISO-8859-9': 'windows-1254' };
  const hasControls = sample.some((byte) => byte >= 0x80 && byte < 0xa0);
  if (name === 'ISO-8859-2' && hasControls) return 'windows-1250';
  return canonicalEncoding(windows[name] ?? name);
}

function decodes(bytes: Buffer, encoding: Encoding): boolean {
  return decode(bytes, encoding)?.includes('\uFFFD') === false;
}

type Decoder = InstanceType<typeof TextDecoder>;
const decoders = new Map<Encoding, Decoder>();

/** Text of the bytes, or undefined where they are not valid in the encoding. */
export function decode(bytes: Uint8Array, encoding: Encoding): string | undefined {
  if (encoding === 'latin1' || encoding === 'windows-1252') {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    return encoding === 'latin1' ? text : text.replace(/[\x80-\x9f]/g, (c) => windows1252[c.charCodeAt(0) - 0x80]);
  }
  let decoder = decoders.get(encoding);
  if (!decoder) decoders.set(encoding, (decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })));
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The bytes of a text, or undefined where the encoding has no such characters. Inverse of `decode`, byte order marks left alone. */
export function encode(text: string, encoding: Encoding): Buffer | undefined {
  if (encoding === 'utf-8') return /\p{Surrogate}/u.test(text) ? undefined : Buffer.from(text);
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (!/[^\0-\x7f]/.test(text) && encoding !== 'iso-2022-jp') return Buffer.from(text, 'latin1');
  const codes = codesOf(encoding);
  const bytes: number[] = [];
  for (const character of text) {
    const code = codes.get(character);
    if (code === undefined) return undefined;
    bytes.push(...code);
  }
  return Buffer.from(bytes);
}

const codeTables = new Map<Encoding, Map<string, number[]>>();

/** The platform has decoders alone: codes of one and two bytes, and of three where EUC has them, tried one by one. */
function codesOf(encoding: Encoding): Map<string, number[]> {
  const known = codeTables.get(encoding);
  if (known) return known;
  const codes = new Map<string, number[]>();
  const take = (...code: number[]): void => {
    const text = decode(Uint8Array.from(code), encoding);
    if (text !== undefined && [...text].length === 1 && text !== '\uFFFD' && !codes.has(text)) codes.set(text, code);
  };
  for (let first = 0; first < 256; first++) take(first);
  for (let first = 0x81; first < 256; first++) for (let second = 0x30; second < 256; second++) take(first, second);
  if (encoding === 'euc-jp')
    for (let second = 0xa1; second < 255; second++)
      for (let third = 0xa1; third < 255; third++) take(0x8f, second, third);
  codeTables.set(encoding, codes);
  return codes;
}

/** 0x80 to 0x9F. Node 20's decoder gives Latin-1's controls there. */
const windows1252 =
  '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F' +
  '\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178';
