/** A cell of a CSV file: empty for undefined. */
type CsvValue = string | number | boolean | undefined;

/** Rows as CSV (RFC 4180), lines ended by CR LF. */
export const csv = (rows: Iterable<readonly CsvValue[]>): string =>
  Array.from(rows, (row) => `${row.map(csvCell).join(',')}\r\n`).join('');

/** Quoted where needed; a text that a spreadsheet would run as a formula gets an apostrophe before it. */
function csvCell(value: CsvValue): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  return exactCell(/^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value);
}

/** Quoted where needed, and nothing else: for cells that programs read again. */
export const exactCell = (value: string): string =>
  /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
