import { UserError } from '../../base/errors.ts';
import { readLines } from '../../formats/bytes.ts';

export interface Qrels {
  /** In the order in which the file names them first: their numbers. */
  labels: string[];
  /** Label numbers of each document, in the order of the file, without repeats. */
  byDocument: Map<number, number[]>;
}

/** Relevance judgements, plain or .gz: lines of `label document relevance`; relevance 0 is none. Throws `UserError`. */
export async function readQrels(file: string): Promise<Qrels> {
  const numbers = new Map<string, number>();
  const byDocument = new Map<number, number[]>();
  for await (const lines of readLines(file))
    for (const { text = '', number: line } of lines) {
      if (text.trim() === '') continue;
      const match = /^(\S+)\s+(\d{1,15})(?:\s+(\d+))?\s*$/.exec(text);
      if (!match)
        throw new UserError('malformed-record', 'This is no line of label, document and relevance', 'Fix the line.', {
          file,
          line,
        });
      const [, label, document, relevance = '1'] = match;
      const id = numbers.get(label) ?? numbers.size;
      numbers.set(label, id);
      const ids = byDocument.get(Number(document)) ?? [];
      if (Number(relevance) !== 0 && !ids.includes(id)) ids.push(id);
      byDocument.set(Number(document), ids);
    }
  return { labels: [...numbers.keys()], byDocument };
}
