import { describe, expect, it } from 'vitest';
import { labelsOfCell, readingOfCells } from '../../../../src/core/data/guess/cells.ts';

/** Cells of a set: every combination of up to three of `labels`, written by `write`. */
function combinations(labels: string[], write: (labels: string[]) => string): string[] {
  const cells: string[] = [];
  for (let i = 0; i < labels.length; i++) {
    cells.push(write([labels[i]]));
    for (let j = i + 1; j < labels.length; j++) cells.push(write([labels[j], labels[i]]));
  }
  return cells.concat(cells);
}
const read = (cells: string[], plural = true): string[][] => {
  const reading = readingOfCells(cells, plural);
  return cells.map((cell) => labelsOfCell(cell, reading));
};
const genres = ['drama', 'science fiction', 'sci-fi & fantasy', "children's"];

describe('lists written as text', () => {
  it.each<[string, (labels: string[]) => string]>([
    ['JSON', (labels) => JSON.stringify(labels)],
    ['Python', (labels) => `[${labels.map((l) => (l.includes("'") ? `"${l}"` : `'${l}'`)).join(', ')}]`],
    ['a tuple', (labels) => `(${labels.map((l) => `"${l}"`).join(', ')},)`],
    ['a set', (labels) => `{${labels.map((l) => `"${l}"`).join(', ')}}`],
    ['NumPy', (labels) => `[${labels.map((l) => `"${l}"`).join(' ')}]`],
    ['an array', (labels) => `array([${labels.map((l) => `"${l}"`).join(', ')}], dtype=object)`],
    ['bare words', (labels) => `[${labels.join(', ')}]`],
    ['objects', (labels) => JSON.stringify(labels.map((name, id) => ({ id, name })))],
    ['objects with titles', (labels) => `[${labels.map((l) => `{'title': "${l}"}`).join(', ')}]`],
    ['choices', (labels) => (labels.length > 1 ? JSON.stringify({ choices: labels }) : labels[0])],
  ])('of %s', (_, write) => {
    expect(read(combinations(genres, write))).toEqual(
      combinations(genres, (labels) => labels.join('\0')).map((cell) => cell.split('\0')),
    );
  });
  it('of numbers keeps the digits', () =>
    expect(read(['[1, 007]', '[9007199254740993]', '[1]'])).toEqual([['1', '007'], ['9007199254740993'], ['1']]));
  it('are not seen in one odd cell', () =>
    expect(read([...combinations(genres, (l) => l.join('|')), '[draft]']).at(-1)).toEqual(['[draft]']));
  it('may be empty', () => expect(read(['[]', "['a']", "['a', 'b']"])[0]).toEqual([]));
});

describe('vectors', () => {
  it('give positions', () =>
    expect(read(['[0, 1, 0]', '[1.0, 1.0, 0.0]', '[0 0 0]'])).toEqual([['1'], ['0', '1'], []]));
  it('are not seen in lists of the labels 0 and 1', () =>
    expect(read(['[0, 1]', '[1]', '[0]'])).toEqual([['0', '1'], ['1'], ['0']]));
  it('are not seen in pairs that never repeat a value', () =>
    expect(read(['[0, 1]', '[1, 0]'])).toEqual([
      ['0', '1'],
      ['1', '0'],
    ]));
});

describe('brackets', () => {
  it('enclose tags', () => expect(read(['<c#><.net>', '<python>'])).toEqual([['c#', '.net'], ['python']]));
  it('enclose URIs', () => expect(read(['<http://a/1> <http://a/2>'])).toEqual([['http://a/1', 'http://a/2']]));
});

describe('separators', () => {
  it.each([', ', ',', ';', '|', '/', '\n'])('are found by the parts that come back: %j', (separator) => {
    expect(
      read(
        combinations(['drama', 'war', 'film noir', 'comedy'], (l) => l.join(separator)),
        false,
      ),
    ).toEqual(
      combinations(['drama', 'war', 'film noir', 'comedy'], (l) => l.join('\0')).map((cell) => cell.split('\0')),
    );
  });
  it('may be spaces where a few codes explain all cells', () =>
    expect(read(combinations(['A01', 'B22', 'C03', 'D4'], (l) => l.join(' '))).at(1)).toEqual(['B22', 'A01']));
  it('are not spaces within names', () => {
    const names = ['machine learning', 'deep learning', 'learning theory', 'theory of games', 'vision'];
    expect(read([...names, ...names, ...names], false)).toEqual([...names, ...names, ...names].map((name) => [name]));
  });
  it('are not changed by one rogue cell', () => {
    const cells = [...combinations(['farming', 'music', 'travel'], (l) => l.join(', ')), 'arts; crafts, music'];
    expect(read(cells).at(-1)).toEqual(['arts; crafts', 'music']);
  });
  it('part names that hold commas', () => {
    const cells = combinations(['Smith, J', 'Doe, K', 'Roe, L'], (l) => l.join('; '));
    expect(read(cells).at(1)).toEqual(['Doe, K', 'Smith, J']);
  });
  it('are kept within a label that never comes apart', () => {
    const cells = combinations(['loan', 'mortgage', 'debt'], (l) => l.join(','));
    cells.push(...Array<string>(6).fill('Credit card, prepaid'), 'loan,Credit card, prepaid');
    expect(read(cells).at(-1)).toEqual(['loan', 'Credit card, prepaid']);
  });
  it('are doubted where the parts never come back', () => {
    const cells = Array.from(
      { length: 40 },
      (_, i) => ['Bank account', 'Credit card, prepaid', 'Loan, vehicle'][i % 3],
    );
    expect(readingOfCells(cells, false)).toMatchObject({ style: 'whole', doubt: { separator: ',', split: false } });
  });
  it('are told where spaces may be some', () => {
    const reading = readingOfCells(['A1 B2', 'A1', 'B2 C3', 'C3 A1'], true);
    expect(reading.style === 'separated' || reading.doubt?.separator === ' ').toBe(true);
  });
});
