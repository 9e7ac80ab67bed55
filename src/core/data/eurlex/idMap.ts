import { UserError } from '../../base/errors.ts';
import { readLines } from '../../formats/bytes.ts';
import { RowParser } from '../formats/rows.ts';

/** CELEX numbers by document number: of a CSV with the columns `DocID` and `CelexID`. Throws `UserError`. */
export async function readIdMap(file: string): Promise<Map<number, string>> {
  const parser = new RowParser(',', true);
  const celex = new Map<number, string>();
  let columns: { id: number; celex: number } | undefined;
  for await (const lines of readLines(file))
    for (const { text = '', end, number: line } of lines) {
      const row = text.trim() === '' ? undefined : parser.feed(text, end);
      if (!row) continue;
      if (!columns) {
        columns = { id: row.indexOf('DocID'), celex: row.indexOf('CelexID') };
        if (columns.id < 0 || columns.celex < 0)
          throw new UserError(
            'unknown-field',
            'The first line has no DocID and CelexID',
            'Name the id map of the EUR-Lex dataset.',
            { file, line },
          );
      } else celex.set(Number(row[columns.id]), row[columns.celex]);
    }
  return celex;
}
