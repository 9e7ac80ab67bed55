/** What stands in a label field for "no value". */

/** As pandas, R, spreadsheets and databases write it; compared without regard to case. */
export const missingWords: readonly string[] = ['nan', 'none', 'null', 'na', 'n/a', '<na>', '#n/a', 'nat', '-'];

/**
 * A word that stands in more than this share of the filled cells is taken for a label: a column that is missing in most
 * documents is seldom chosen as the label column, while "none" is the commonest class of many sets.
 */
export const labelShare = 0.5;

/** The words that count as missing in these cells, lower case: `given` where the user names them, else those of the list that are rare enough. */
export function missingIn(cells: readonly string[], given?: readonly string[]): ReadonlySet<string> {
  if (given) return new Set(given.map((word) => word.toLowerCase()));
  const counts = new Map<string, number>();
  let filled = 0;
  for (const cell of cells) {
    const word = cell.trim().toLowerCase();
    if (word === '') continue;
    filled++;
    if (word.length <= 5) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return new Set(missingWords.filter((word) => (counts.get(word) ?? 0) <= filled * labelShare));
}
