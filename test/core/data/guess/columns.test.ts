import { describe, expect, it } from 'vitest';
import { guessFields, type SampledField } from '../../../../src/core/data/guess/columns.ts';

const nouns = 'bridge castle concert harvest museum opera orchard river tractor violin market forest'.split(' ');
/** `count` texts of `length` words each, all different. */
const texts = (count: number, length: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) =>
    Array.from(
      { length },
      (_, j) => nouns[((i + from) * 7 + j * (i + 3) + j * j) % nouns.length] + (j === 0 ? i + from : ''),
    ).join(' '),
  );
const cycle = (count: number, ...values: string[]): string[] =>
  Array.from({ length: count }, (_, i) => values[i % values.length]);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
function table(columns: Record<string, string[]>): SampledField[] {
  return Object.entries(columns).map(([name, values]) => ({ name, values }));
}
const n = 40;

describe('fields by content', () => {
  it('with names that say nothing', () =>
    expect(guessFields(table({ a: cycle(n, 'war', 'peace', 'war,peace'), b: texts(n, 12) }))).toMatchObject({
      text: ['b'],
      label: 'a',
    }));
  it('never swaps text and label, whatever they are called', () =>
    expect(
      guessFields(table({ topic: texts(n, 15), comment: cycle(n, 'billing', 'shipping', 'other') })),
    ).toMatchObject({
      text: ['topic'],
      label: 'comment',
    }));
  it('with measures between 0 and 1 beside a label field that is not named as one', () => {
    const measure = (step: number): string[] => Array.from({ length: n }, (_, i) => `0.${((i * step) % 89) + 10}`);
    const measures = { polarity: measure(7), subjectivity: measure(11), formality: measure(13) };
    const found = guessFields(table({ body: texts(n, 12), ...measures, bucket: cycle(n, 'news', 'blog', 'mail') }));
    expect(found).toMatchObject({ label: 'bucket', labelColumns: [] });
    const whole = { ...measures, polarity: cycle(n, '0.00', '0.25', '1.00') };
    const target = measure(17); // a name that says label does not make the others something else
    const ids = { target, article_id: cycle(n, '2006', '2007', '2008'), votes_down: cycle(n, '3', '4', '5') };
    expect(guessFields(table({ body: texts(n, 12), ...whole, ...ids })).labelColumns).toEqual([
      ...Object.keys(whole),
      'target',
    ]);
  });
  it('without names', () =>
    expect(
      guessFields([
        { name: 0, values: cycle(n, '3', '11', '4') },
        { name: 1, values: texts(n, 3) },
        { name: 2, values: texts(n, 12) },
      ]),
    ).toMatchObject({ label: 0 }));
  it.each([
    'summary',
    'abstract',
    'overview',
    'plot',
    'synopsis',
    'description',
    'body',
    'comment',
    'Product Description',
    'lead_paragraph',
  ])('text called %s', (name) =>
    expect(guessFields(table({ genre: cycle(n, 'a', 'b'), [name]: texts(n, 10) })).text).toEqual([name]),
  );
  it.each(['genre', 'Genres', 'topics', 'category', 'subject', 'tag', 'terms', 'code', 'Category Codes', 'emotion'])(
    'labels called %s',
    (name) =>
      expect(
        guessFields(table({ [name]: cycle(n, 'a', 'b'), region: cycle(n, 'x', 'y', 'z'), text: texts(n, 10) })).label,
      ).toBe(name),
  );
  it('takes a title with the text', () =>
    expect(
      guessFields(table({ Body: texts(n, 20), Title: texts(n, 4, 50), Tags: cycle(n, '<a><b>', '<a>') })),
    ).toMatchObject({
      text: ['Title', 'Body'],
      label: 'Tags',
    }));
  it('says which longer text it left out', () => {
    const guess = guessFields(
      table({ text: texts(n, 5), transcription_raw: texts(n, 60, 9), label: cycle(n, 'a', 'b') }),
    );
    const all = guess.text.includes('transcription_raw');
    expect(all || guess.longerText?.name === 'transcription_raw').toBe(true);
  });
  it('knows an index column', () =>
    expect(guessFields(table({ '': numbers(n), text: texts(n, 8), labels: cycle(n, 'a', 'b') }))).toMatchObject({
      id: '',
      text: ['text'],
    }));
  it('finds nothing where there are no labels', () =>
    expect(guessFields(table({ id: numbers(n), text: texts(n, 8) })).label).toBeUndefined());
});

describe('flags', () => {
  const emotions = { joy: cycle(n, '0', '1'), anger: cycle(n, '1', '0', '0'), fear: cycle(n, '0', '0', '1') };
  it('are label columns', () =>
    expect(guessFields(table({ text: texts(n, 8), ...emotions }))).toMatchObject({
      text: ['text'],
      labelColumns: ['joy', 'anger', 'fear'],
    }));
  it('leave out what is no label', () => {
    const guess = guessFields(
      table({
        text: texts(n, 8),
        annotator: cycle(n, '1'),
        unclear: cycle(n, 'TRUE', 'FALSE'),
        is_gold: cycle(n, '1', '0'),
        ...emotions,
      }),
    );
    expect(guess.labelColumns).toEqual(['joy', 'anger', 'fear']);
    expect(guess.otherFlags).toEqual(['annotator', 'unclear', 'is_gold']);
  });
  it('of 1.0 and blank are label columns', () =>
    expect(
      guessFields(table({ comment: texts(n, 8), a: cycle(n, '1.0', ''), b: cycle(n, '', '', '1.0') })).labelColumns,
    ).toEqual(['a', 'b']));
  it('give way to a label column', () =>
    expect(
      guessFields(
        table({
          text: texts(n, 8),
          category: cycle(n, 'x', 'y'),
          pred_x: cycle(n, '0', '1'),
          pred_y: cycle(n, '1', '0'),
        }),
      ),
    ).toMatchObject({ label: 'category', labelColumns: [] }));
  it('of predictions give way to a label column of any name', () =>
    expect(
      guessFields(
        table({
          text: texts(n, 8),
          outcome: cycle(n, 'won', 'lost'),
          predicted: cycle(n, '0', '1'),
          has_link: cycle(n, '1', '0'),
        }),
      ).label,
    ).toBe('outcome'));
});
