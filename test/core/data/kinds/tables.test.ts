/** Tables as spreadsheets, pandas and databases write them. */
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../../../src/core/data/openDataset.ts';
import { readAs } from '../../../../src/core/data/readAs.ts';
import type { SourceOptions } from '../../../../src/core/data/document.ts';
import { readAll, scratch, userError } from '../helpers.ts';

const { write } = scratch();

/** Sentences that are all different, and labels of a small set by their number. */
const topics = ['gardening', 'tax law', 'sailing'];
const sentences = Array.from(
  { length: 24 },
  (_, i) => `Letter ${i} asks about the matter of paragraph ${i * 7} in detail`,
);
const labelsOf = (i: number): string[] => topics.filter((_, t) => i % (t + 2) === 0 || t === i % 3);

function table(cell: (labels: string[], i: number) => string, { header = 'text,labels', parted = ',' } = {}): string {
  const rows = sentences.map((text, i) => `${text}${parted}${cell(labelsOf(i), i)}`);
  return [...(header ? [header] : []), ...rows, ''].join('\n');
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
let files = 0;

async function counts(content: string | Uint8Array, options?: SourceOptions, ending = 'csv') {
  const { documents, source } = await readAll(write(`t${files++}.${ending}`, content), options);
  const found = new Map<string, number>();
  for (const { labels } of documents) for (const label of labels) found.set(label, (found.get(label) ?? 0) + 1);
  return { documents, source, labels: Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const right = Object.fromEntries(
  [...topics].sort().map((topic) => [topic, sentences.filter((_, i) => labelsOf(i).includes(topic)).length]),
);

describe('lists written as text', () => {
  test.each([
    ['Python', (labels: string[]) => `[${labels.map((l) => `'${l}'`).join(', ')}]`],
    ['JSON', (labels: string[]) => JSON.stringify(labels)],
    ['NumPy, without commas', (labels: string[]) => `[${labels.map((l) => `'${l}'`).join(' ')}]`],
    ['a tuple', (labels: string[]) => `(${labels.map((l) => `'${l}'`).join(', ')},)`],
    ['a set', (labels: string[]) => `{${labels.map((l) => `'${l}'`).join(', ')}}`],
    ['objects with a name', (labels: string[]) => JSON.stringify(labels.map((name, id) => ({ id, name })))],
    ['bare words', (labels: string[]) => `[${labels.join(', ')}]`],
    ['quoted words that lost their brackets', (labels: string[]) => labels.map((l) => `'${l}'`).join(', ')],
  ])('%s', async (_, cell) => {
    const { labels, documents, source } = await counts(table((l) => quoted(cell(l))));
    expect(documents.length).toBe(sentences.length);
    expect(labels).toEqual(right);
    expect(source.findings.counts).toEqual({});
  });

  test('one cell that looks like a list changes nothing', async () => {
    const { labels } = await counts(table((l, i) => quoted(i === 5 ? '[draft]' : l.join(', '))));
    expect(labels['[draft]']).toBe(1);
    expect(Object.keys(labels).filter((label) => topics.includes(label)).length).toBe(3);
  });

  test('vectors of 0 and 1 are positions', async () => {
    const vector = (l: string[]): string => `[${topics.map((t) => (l.includes(t) ? '1' : '0')).join(', ')}]`;
    const { labels, source } = await counts(table((l) => quoted(vector(l))));
    expect(labels).toEqual(Object.fromEntries(topics.map((topic, t) => [String(t), right[topic]])));
    expect(source.findings.counts['repeated-label']).toBeUndefined();
  });

  test.each([[','], [' '], [';'], ['']])('vectors without brackets, %j between places', async (separator) => {
    const places = [...topics, 'archery'];
    const vector = (l: string[]): string => places.map((t) => (l.includes(t) ? '1' : '0')).join(separator);
    const { labels } = await counts(table((l) => quoted(vector(l))));
    expect(labels).toEqual(Object.fromEntries(topics.map((topic, t) => [String(t), right[topic]])));
  });
});

describe('separators', () => {
  test.each([[','], [', '], [';'], ['|'], [' | '], ['\n'], ['/'], [' & '], ['+'], ['、'], ['；']])(
    '%j',
    async (separator) => {
      const { labels } = await counts(table((l) => quoted(l.join(separator))));
      expect(labels).toEqual(right);
    },
  );

  test('the one that most cells agree on; a stray one changes nothing', async () => {
    const { labels } = await counts(table((l, i) => quoted(i === 3 ? 'food; drink' : l.join(','))));
    expect(labels['food; drink']).toBe(1);
    expect(labels.sailing).toBeGreaterThan(5);
  });

  test('none, or one that occurs nowhere: whole cells', async () => {
    const content = table((l) => quoted(l.join(',')));
    const whole = new Set(sentences.map((_, i) => labelsOf(i).join(',')));
    for (const labelSeparator of ['none', '~'])
      expect(new Set(Object.keys((await counts(content, { labelSeparator })).labels))).toEqual(whole);
  });

  test('backslash n, as it is typed', async () => {
    expect(
      (
        await counts(
          table((l) => quoted(l.join('\n'))),
          { labelSeparator: '\\n' },
        )
      ).labels,
    ).toEqual(right);
  });

  test('angle brackets', async () => {
    expect((await counts(table((l) => l.map((x) => `<${x}>`).join('')))).labels).toEqual(right);
    expect((await counts(table((l) => l.map((x) => `<${x}>`).join(' ')))).labels).toEqual(right);
  });

  test('what was split, or was not, is reported with its option', async () => {
    const { options, reasons } = await openDataset({
      file: write(
        'doubt.csv',
        table((l, i) => quoted(i % 4 ? l[0] : `${l[0]}, second hand`)),
      ),
    });
    const { doubts } = readAs(options, reasons);
    expect(doubts.find(({ option }) => option === 'labelSeparator')?.text).toMatch(/cells? like/);
  });
});

describe('header', () => {
  const asTable = (header: string): string => table((l) => quoted(l.join(';')), { header });

  test.each([['letters,matters'], ['"Body Of Letter","What It Is About"'], ['x1,x2']])(
    'unknown names: %s',
    async (header) => {
      expect((await counts(asTable(header))).documents.length).toBe(sentences.length);
    },
  );

  test('an index column without a name is neither id of nothing nor label', async () => {
    const rows = sentences.map((text, i) => `${i},${text},${quoted(labelsOf(i).join(';'))}`);
    const { documents, labels } = await counts([',text,labels', ...rows].join('\n'));
    expect(documents.length).toBe(sentences.length);
    expect(labels).toEqual(right);
  });

  test('a line sep=; names the delimiter', async () => {
    const content = ['sep=;', 'text;labels', ...sentences.map((t, i) => `${t};${labelsOf(i).join(', ')}`)].join('\r\n');
    const { labels, documents } = await counts(content);
    expect(documents.length).toBe(sentences.length);
    expect(labels).toEqual(right);
  });

  test('a known name that stands twice', async () => {
    const rows = sentences.map((text, i) => `${text},${text.toUpperCase()},${labelsOf(i).join(';')}`);
    expect((await counts(['text,text,labels', ...rows].join('\n'))).labels).toEqual(right);
  });

  test('columns without name and values, as spreadsheets write them', async () => {
    const content = table((l) => `${quoted(l.join(';'))},,`, { header: 'remark,kind,,' });
    expect((await counts(content)).labels).toEqual(right);
  });

  test('lines above the table are left out, and it is said', async () => {
    const records = sentences.map((t, i) => `${i};${t};${labelsOf(i).join('|')}`);
    const content = ['id;text;labels', ...records].join('\n');
    for (const above of ['Letters of March', '# exported\n', 'Letters;;\nMarch;;\n;;'])
      expect((await counts(`${above}\n${content}`)).labels).toEqual(right);
    const path = write('titled.csv', `Letters of March\n\n${table((l) => quoted(l.join('|')))}`);
    expect((await openDataset({ file: path })).reasons.header).toMatch(/2 lines above the table/);
  });

  test('of a table of R, whose rows have names and their column has none', async () => {
    const rows = sentences.map((text, i) => `"${i + 1}","${text}","${labelsOf(i).join(';')}"`);
    const { labels, documents } = await counts(['"text","labels"', ...rows].join('\n'));
    expect([labels, documents.length]).toEqual([right, sentences.length]);
  });

  test.each([
    ['Beschreibung;Schlagwörter', ';'],
    ['текст,темы', ','],
    ['正文,标签', ','],
    ['本文,分類', ','],
    ['내용,분류', ','],
  ])('in other languages: %s', async (header, parted) => {
    const content = table((l) => l.join('|'), { header, parted });
    expect((await openDataset({ file: write(`t${files++}.csv`, content) })).options).toMatchObject(
      Object.fromEntries(['textField', 'labelField'].map((key, i) => [key, header.split(parted)[i]])),
    );
  });

  test('none: columns by number; a row of the same make as those below is no header', async () => {
    const rows = sentences.map((text, i) => `${quoted(labelsOf(i).join(';'))},${text}`);
    const { documents, source } = await counts(rows.join('\n'));
    expect(documents.length).toBe(sentences.length);
    expect(source.findings.counts.unlabelled).toBeUndefined();
  });

  test('as it is said, and a column named by its header makes it one', async () => {
    const content = asTable('alpha,beta');
    expect((await counts(content, { header: false })).documents.length).toBe(sentences.length + 1);
    expect((await counts(content, { textField: 'alpha', labelField: 'beta' })).labels).toEqual(right);
    const error = await userError(readAll(write('odd.csv', content), { textField: 'gamma' }));
    expect([error.code, error.remedy]).toEqual(['unknown-field', expect.stringContaining('alpha')]);
  });
});

describe('delimiters and line ends', () => {
  test.each([[';'], ['\t'], ['|']])('fields between %j', async (parted) => {
    const content = table((l) => l.join(','), { header: `text${parted}labels`, parted });
    expect((await counts(content)).labels).toEqual(right);
    expect((await counts(content, { format: 'csv' })).labels).toEqual(right);
  });

  test('semicolons between fields that hold decimal commas', async () => {
    const rows = sentences.map((text, i) => `${i},${i + 10};${text};${labelsOf(i).join('|')}`);
    expect((await counts(['Betrag;Zweck;Kategorie', ...rows].join('\n'))).labels).toEqual(right);
  });

  test('CR alone', async () => {
    expect((await counts(table((l) => quoted(l.join(';'))).replaceAll('\n', '\r'))).labels).toEqual(right);
  });
});

describe('fields by content', () => {
  test('columns of 0 and 1, blanks, 1.0; what is constant or says yes and no is left out', async () => {
    const flag = (l: string[], t: string): string => (l.includes(t) ? '1.0' : '');
    const rows = sentences.map(
      (text, i) => `1,${text},${topics.map((t) => flag(labelsOf(i), t)).join(',')},${i % 2 ? 'TRUE' : 'FALSE'}`,
    );
    const { labels } = await counts([`annotator,remark,${topics.join(',')},unclear`, ...rows].join('\n'));
    expect(labels).toEqual(right);
  });

  test.each([
    ['yes', 'no'],
    ['Y', 'N'],
    ['ja', 'nein'],
    ['1', '-1'],
    ['WAHR', 'FALSCH'],
    ['VRAI', 'FAUX'],
    ['"1,0"', '"0,0"'],
    ['✓', ''],
    ['X', ''],
  ])('columns of %j and %j', async (yes, no) => {
    const rows = sentences.map((t, i) => `${t},${topics.map((x) => (labelsOf(i).includes(x) ? yes : no)).join(',')}`);
    expect((await counts([`text,${topics.join(',')}`, ...rows].join('\n'))).labels).toEqual(right);
  });

  test('flags that are named as labels are flags; one alone is the column of two classes', async () => {
    const rows = sentences.map((t, i) => `${t},${topics.map((x) => Number(labelsOf(i).includes(x))).join(',')}`);
    const { labels } = await counts(['text,label_0,label_1,label_2', ...rows].join('\n'));
    expect(labels).toEqual(Object.fromEntries(topics.map((topic, t) => [`label_${t}`, right[topic]])));
    const classes = await counts(sentences.map((t, i) => `${Number(i % 4 === 0)},${t}`).join('\n'));
    expect(classes.labels).toEqual({ '0': 18, '1': 6 });
  });

  test('numbers of cases and annotators beside the label', async () => {
    const rows = sentences.map((t, i) => `AB-${i % 6},${t},${topics[(i * 5) % 3]},${labelsOf(i)[0]}`);
    const expected = (await counts(table((l) => l[0]))).labels;
    expect((await counts(['case_no,remarks,annotator_1,gold_label', ...rows].join('\n'))).labels).toEqual(expected);
    expect((await counts(['case_no,remarks,pred,kind', ...rows].join('\n'))).labels).toEqual(expected);
  });

  test('a label column with a name of the field wins over one that only repeats', async () => {
    const rows = sentences.map((text, i) => `${text},${['open', 'closed'][i % 2]},${quoted(labelsOf(i).join('|'))}`);
    expect((await counts(['synopsis,status,genres', ...rows].join('\n'))).labels).toEqual(right);
  });

  test('a longer text that is left out is reported with its mean length', async () => {
    const rows = sentences.map((text, i) => `${text},${`${text} `.repeat(3)},${labelsOf(i).join('|')}`);
    const { options, reasons } = await openDataset({
      file: write('longer.csv', ['text,author_notes_at,labels', ...rows].join('\n')),
    });
    expect(options.textField).toBe('text');
    expect(reasons.textField).toMatch(/author_notes_at.*characters/);
  });
});

describe('missing values and numbers', () => {
  test('nan and its kin are no labels, counted; given words, and none', async () => {
    const content = table((l, i) => (i % 6 === 0 ? ['nan', 'None', 'NULL', '-'][(i / 6) % 4] : l.join('|')));
    const { labels, source } = await counts(content);
    expect(Object.keys(labels).sort()).toEqual([...topics].sort());
    expect(source.findings.counts['missing-label']).toBe(4);
    expect((await counts(content, { missing: ['none'] })).labels.nan).toBe(1);
    expect((await counts(content, { missing: ['sailing'] })).labels.sailing).toBeUndefined();
  });

  test('a word that most documents carry is a label', async () => {
    const { labels, source } = await counts(table((l, i) => (i % 3 ? 'none' : l[0])));
    expect(labels.none).toBe(16);
    expect(source.findings.counts['missing-label']).toBeUndefined();
  });

  test('001, 01 and 1 are three labels; 1.0 and 1 are one, reported', async () => {
    const zeros = await counts(table((_, i) => ['001', '01', '1'][i % 3]));
    expect(zeros.labels).toEqual({ '001': 8, '01': 8, '1': 8 });
    const path = write(
      'floats.csv',
      table((_, i) => ['1.0', '1', '2.0'][i % 3]),
    );
    expect((await counts(table((_, i) => ['1.0', '1', '2.0'][i % 3]))).labels).toEqual({ '1': 16, '2': 8 });
    expect((await openDataset({ file: path })).reasons.wholeNumbers).toMatch(/1\.0 and 1/);
  });
});

describe('encodings', () => {
  const content = table((l) => quoted(l.map((x) => `${x} für Köln – “größer”`).join(';')));
  const expected = Object.fromEntries(Object.entries(right).map(([l, n]) => [`${l} für Köln – “größer”`, n]));

  test('UTF-16 of both orders, with a mark and without', async () => {
    const little = Buffer.from(content, 'utf16le');
    const big = Buffer.from(little).swap16();
    const marked = [
      Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
    ];
    for (const bytes of [little, big, ...marked]) expect((await counts(bytes)).labels).toEqual(expected);
  });

  test('Windows-1252 is found, or as it is named; no name is an error', async () => {
    const map: Record<string, number> = { '–': 0x96, '“': 0x93, '”': 0x94 };
    const bytes = Buffer.from([...content].map((c) => map[c] ?? c.charCodeAt(0)));
    const { labels, source } = await counts(bytes);
    expect(labels).toEqual(expected);
    expect(source.format).toBe('csv');
    expect((await counts(bytes, { encoding: 'cp1252' })).labels).toEqual(expected);
    expect((await userError(counts(bytes, { encoding: 'klingon' }))).code).toBe('unknown-encoding');
  });
});

describe('columns and cells of other habits', () => {
  const lined = (row: (text: string, i: number) => string, header: string): string =>
    [header, ...sentences.map(row), ''].join('\n');

  test('spaces before and behind quoted fields', async () => {
    const content = lined(
      (text, i) => `${i}, "${text}, ""and"" more" , "${labelsOf(i).join(';')}"`,
      'id, text, labels',
    );
    const { documents, labels } = await counts(content);
    expect(labels).toEqual(right);
    expect(documents[3].text).toBe(`${sentences[3]}, "and" more`);
  });

  test('a quote behind a space in an unquoted field stays as it is', async () => {
    const { documents } = await counts(lined((text, i) => ` "so" ${text},${labelsOf(i)[0]}`, 'text,labels'));
    expect(documents[2].text).toBe(` "so" ${sentences[2]}`);
  });

  test('numbered label columns hold a label each; a run names them again', async () => {
    const row = (text: string, i: number): string =>
      [text, ...['', '', ''].map((_, k) => labelsOf(i)[k] ?? '')].join(',');
    const content = lined(row, 'text,label_1,label_2,label_3');
    const { labels } = await counts(content);
    expect(labels).toEqual(right);
    const { options } = await openDataset({ file: write('numbered.csv', content) });
    expect(options.labelColumns).toEqual(['label_1', 'label_2', 'label_3']);
    expect(readAs(options).line).toContain('labels from "label_1" and "label_2" and "label_3"');
    expect((await counts(content, options)).labels).toEqual(right);
  });

  test('numbered columns of 0 and 1 are a label each', async () => {
    const row = (text: string, i: number): string => `${text},${i % 2},${Number(i % 3 === 0)}`;
    expect((await counts(lined(row, 'text,label_1,label_2'))).labels).toEqual({ label_1: 12, label_2: 8 });
  });

  test('a row for each label of a document is seen by its repeated id', async () => {
    const rows = sentences.flatMap((text, i) => labelsOf(i).map((label) => `d${i},${text},${label}`));
    const { source } = await counts(['doc_id,text,label', ...rows].join('\n'), { onError: 'skip' });
    expect(source.findings.counts['repeated-id']).toBe(rows.length - sentences.length);
  });

  test('a lone flag is the label, and columns that are none are named', async () => {
    const flagged = lined((text, i) => `${text},${Number(i % 3 === 0)}`, 'text,is_spam');
    expect((await counts(flagged)).labels).toEqual({ '0': 16, '1': 8 });
    expect((await openDataset({ file: write('lone.csv', flagged) })).reasons.labelField).toMatch(/^"is_spam" is taken/);
    const path = write(
      'shares.csv',
      lined((text, i) => `${text},0.${i + 11},0.${99 - i}`, 'text,law,sea'),
    );
    const { options, reasons } = await openDataset({ file: path });
    expect(readAs(options, reasons).line).toContain('no labels');
    expect(reasons.labelField).toBe('"law", "sea" do not look like labels');
  });

  test('three columns and more of shares are labels from one half on, and it is said', async () => {
    const share = (i: number, t: number): string => ['0.00', '0.1667', '0.5', '1.00', ''][(i * (t + 1)) % 5];
    const rows = lined((text, i) => `${text},${[0, 1, 2].map((t) => share(i, t)).join(',')}`, 'text,law,sea,air');
    const { labels, source } = await counts(rows);
    const yes = (t: number): number => sentences.filter((_, i) => Number(share(i, t)) >= 0.5).length;
    expect(labels).toEqual({ law: yes(0), sea: yes(1), air: yes(2) });
    expect(source.findings.counts.share).toBeGreaterThan(5);
    const scores = (i: number): string => JSON.stringify({ law: 0.83, sea: 0.1, air: i % 2 });
    const objects = sentences.map((text, i) => `{"text":${JSON.stringify(text)},"labels":${scores(i)}}`).join('\n');
    expect((await counts(objects, {}, 'jsonl')).labels).toEqual({ law: 24, air: 12 });
    const vectors = sentences.map((text, i) => `{"text":${JSON.stringify(text)},"labels":[0.2,0.7,${i % 2}]}`);
    expect((await counts(vectors.join('\n'), {}, 'jsonl')).labels).toEqual({ '1': 24, '2': 12 });
  });

  test('a row for each label of a document is read as it stands, and it is said', async () => {
    const rows = sentences.flatMap((text, i) => labelsOf(i).map((label) => `${text},${label}`));
    const reasonsOf = async (lines: readonly string[], name: string): Promise<string | undefined> =>
      (await openDataset({ file: write(name, ['text,label', ...lines, ''].join('\n')) })).reasons.labelField;
    expect(await reasonsOf(rows, 'long.csv')).toMatch(
      new RegExp(`^${rows.length - sentences.length} of ${rows.length} records repeat the text`),
    );
    const once = sentences.map((text, i) => `${text},${topics[i % 3]}`);
    expect(await reasonsOf([...once, once[0]], 'once.csv')).toBeUndefined();
  });

  test('a score beside a label is not used, and it is said', async () => {
    const line = (text: string, i: number): string =>
      JSON.stringify({ text, labels: labelsOf(i).map((label) => ({ label, score: i / 24 })) });
    const { reasons } = await openDataset({ file: write('scored.jsonl', sentences.map(line).join('\n')) });
    expect(reasons.labelSeparator).toContain('"score" beside a label is not used');
  });

  test('votes are no yes and no: a record of them is reported, its label is not lost in silence', async () => {
    const objects = sentences.map((text, i) => `{"text":${JSON.stringify(text)},"labels":{"law":${i ? 1 : 3}}}`);
    const { source } = await counts(objects.join('\n'), { onError: 'skip' }, 'jsonl');
    expect(source.findings.counts['malformed-record']).toBe(1);
  });

  test('label columns that another split leaves empty by a word are none there', async () => {
    const train = lined((text, i) => `${text},${i % 2},${Number(i % 3 === 0)}`, 'text,law,sea');
    const { options } = await openDataset({ file: write('emotions-train.csv', train) });
    const { labels, source } = await counts(
      lined((text) => `${text},NONE,NONE`, 'text,law,sea'),
      { labelColumns: options.labelColumns },
    );
    expect(labels).toEqual({});
    expect(source.findings.counts['missing-label']).toBe(48);
  });
});
