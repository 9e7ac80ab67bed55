/**
 * Pearson's chi-square (one degree of freedom) of a word and a group of documents; 0 where the word is not more frequent in the group
 * than elsewhere.
 * @param here documents of the group with the word, of `size`
 * @param there other documents with it, of `rest`
 */
export function chiSquare(here: number, size: number, there: number, rest: number): number {
  const [lacking, othersLacking] = [size - here, rest - there];
  const cross = here * othersLacking - there * lacking;
  const margins = size * rest * (here + there) * (lacking + othersLacking);
  return cross > 0 && margins > 0 ? ((size + rest) * cross ** 2) / margins : 0;
}
