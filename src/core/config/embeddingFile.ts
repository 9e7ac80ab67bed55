/** Lines looked at: a word may itself hold blanks or numbers, so one line alone can mislead. */
const linesRead = 20;

/**
 * Dimension of word vectors given as text, from the beginning of the file: `word v1 v2 …`, where the word may hold
 * blanks, with or without a first line `count dimension`. undefined where the text is no such file.
 */
export function embeddingDimension(head: { text: string; whole: boolean }): number | undefined {
  const lines = head.text.split(/\r?\n/, linesRead + 2);
  const complete = head.whole || lines.length > linesRead + 1 ? lines : lines.slice(0, -1);
  const [first = '', ...rest] = complete.slice(0, linesRead).filter((line) => line.trim());
  const header = /^\s*\d+\s+(\d+)\s*$/.exec(first);
  const dimensions = (header ? rest : [first, ...rest]).map(trailingNumbers);
  if (header && dimensions.every((n) => n >= Number(header[1]))) return Number(header[1]);
  const smallest = Math.min(...dimensions);
  return Number.isFinite(smallest) && smallest > 0 ? smallest : undefined;
}

/** Numbers at the end of a line, its first field (the word) never counted. */
function trailingNumbers(line: string): number {
  const fields = line.trim().split(/\s+/);
  let count = 0;
  while (count < fields.length - 1 && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(fields[fields.length - 1 - count]))
    count++;
  return count;
}
