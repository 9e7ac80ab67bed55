/** Text for a terminal: what comes from data is made harmless, and columns line up also with wide characters. */

const harmful = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/** Control characters as visible pictures, so that a label or text cannot move the cursor, colour or reorder the screen. */
export function sanitise(text: string): string {
  return text.replace(harmful, (c) => {
    const code = c.charCodeAt(0);
    if (c === '\t' || c === '\n') return ' ';
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** JSON that is safe to look at: what JSON leaves raw (C1, DEL, bidi marks) is escaped as well. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, jsonValue, indent).replace(harmful, (c) =>
    c === '\n' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Maps as objects, typed arrays as lists. */
export function jsonValue(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Uint8Array) : value;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}]/u;

const plain = /^[\x20-\x7e]*$/;
const colours = /\x1b\[[0-9;]*m/g;

/** Columns that `text` takes on a terminal; our own colour codes take none. */
export function width(text: string): number {
  if (plain.test(text)) return text.length;
  let columns = 0;
  for (const c of text.replace(colours, '')) columns += zeroWidth.test(c) ? 0 : wide.test(c) ? 2 : 1;
  return columns;
}

/** Cuts plain text to at most `columns`, ending in "…" where something was cut. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = '';
  let used = 1;
  for (const c of text) {
    used += width(c);
    if (used > columns) break;
    kept += c;
  }
  return `${kept.trimEnd()}…`;
}

export const padEnd = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));
export const padStart = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - width(text))) + text;

/** 12345.6 as "12,346"; `digits` after the point. */
export const grouped = (n: number, digits = 0): string =>
  n.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** 1 document, 2 documents. */
export const counted = (n: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(n)} ${n === 1 ? noun : plural}`;

/** A share 0 … 1 as "12.3%". */
export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)}%`;

/** Seconds as "8 s", "1:05" (minutes and seconds) or "2:03:04". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes}:${two(s % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}

/** Bytes as "512 B", "3.4 kB", "12 MB". */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${n >= 10 || unit === 0 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

/** A horizontal bar of `share` (0 … 1) of `columns`, in eighths of a character. */
export function bar(share: number, columns: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * columns * 8);
  const rest = eighths % 8;
  return '█'.repeat(eighths >> 3) + (rest ? ' ▏▎▍▌▋▊▉'[rest] : '');
}

const heights = '▁▂▃▄▅▆▇█';

/** Numbers from 0 on as a line of columns, the largest in full height; where there is nothing there is a gap. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => (value > 0 ? heights[Math.ceil((value / most) * 8) - 1] : ' ')).join('');
}

export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** Rows under titles, two spaces between columns; the last left-aligned column is not padded. */
export function table(columns: Column[], rows: string[][]): string[] {
  const widths = columns.map((c, i) => Math.max(width(c.title), ...rows.map((row) => width(row[i]))));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => (columns[i].align === 'right' ? padStart(cell, widths[i]) : padEnd(cell, widths[i])))
      .join('  ')
      .trimEnd();
  return [line(columns.map((c) => c.title)), ...rows.map(line)];
}
