import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openDataset, requireWordOrder } from '../../../src/core/data/openDataset.ts';
import type { Document } from '../../../src/core/data/document.ts';
import { fixtures, openSource, readAll, scratch, userError } from './helpers.ts';

const { write, folder } = scratch();
const brief = ({ id, text, labels, line }: Document) => [id, text, labels, line];
const features = (document: Document) => [
  [...(document.features?.indices ?? [])],
  [...(document.features?.values ?? [])],
];

describe('JSONL', () => {
  test('fields are found by name, the title goes before the text', async () => {
    const { documents, source } = await readAll(`${fixtures}/recipes.train.jsonl`);
    expect(source.format).toBe('jsonl');
    expect(documents.map(({ id }) => id)).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect(documents[0].text).toMatch(/^Bread without kneading\nStir flour/);
    expect(documents[2].text).toBe('Rinse the rice until the water runs clear.');
    expect(documents[3]).toEqual({
      id: 'r4',
      text: '味噌汁\nだしを温め、味噌を溶き入れる。',
      labels: ['soup', 'japanese'],
      line: 4,
    });
    expect(source.bytesRead).toBe(source.totalBytes);
    expect(source.findings.counts).toEqual({});
  });

  test('labels as list, string, number, object of 0 and 1, null, absent', async () => {
    const lines = [
      '{"text":"a","labels":["x", 3, " y "]}',
      '{"text":"b","labels":"x; y ;;z"}',
      '{"text":"c","labels":7}',
      '{"text":"d","labels":{"x":1,"y":0,"z":true,"w":false}}',
      '{"text":"e","labels":null}',
      '',
      '{"text":"f"}',
    ];
    const { documents, source } = await readAll(write('kinds.jsonl', lines.join('\n')));
    expect(documents.map(({ labels }) => labels)).toEqual([
      ['x', '3', 'y'],
      ['x', 'y', 'z'],
      ['7'],
      ['x', 'z'],
      [],
      [],
    ]);
    expect(documents.map(({ id, line }) => [id, line]).at(-1)).toEqual(['6', 7]);
    expect(source.findings.counts).toEqual({ unlabelled: 2 });
  });

  test('named fields, several texts, label columns, own separator', async () => {
    const path = write('named.jsonl', '{"k":5,"a":"one","b":["two","three"],"t":"x y","p":1,"q":0}\n');
    const options = {
      idField: 'k',
      textField: ['b', 'a'],
      labelField: 't',
      labelSeparator: ' ',
      labelColumns: ['p', 'q'],
    };
    const { documents } = await readAll(path, options);
    expect(documents).toEqual([{ id: '5', text: 'two\nthree\none', labels: ['x', 'y', 'p'], line: 1 }]);
  });

  test('a field that does not exist, and no field for the text, are told with what is there', async () => {
    const path = write('odd.jsonl', '{"foo":"one","bar":"two"}\n');
    expect((await userError(openSource(path))).code).toBe('no-text-field');
    const error = await userError(openSource(path, { textField: 'foo', labelField: 'baz' }));
    expect(error.code).toBe('unknown-field');
    expect(error.remedy).toContain('foo, bar');
  });

  test('a document of 100,000 words, and of 3 MB in one line', async () => {
    const long = 'words '.repeat(100_000);
    const huge = 'é'.repeat(1_500_000);
    const { documents } = await readAll(
      write(
        'long.jsonl',
        `${JSON.stringify({ text: long, labels: ['a'] })}\n${JSON.stringify({ text: huge, labels: ['b'] })}\n`,
      ),
    );
    expect(documents.map(({ text }) => text)).toEqual([long, huge]);
  });

  test('the repository form takes its label names from lbl.json', async () => {
    const { documents, source } = await readAll(`${fixtures}/lf/trn.json`);
    expect(source.format).toBe('xmlrepo-jsonl');
    expect(documents.map(brief)).toEqual([
      ['B01', 'Blue lamp\nA lamp that is blue.', ['0', '2'], 1],
      ['B02', 'Desk', ['1'], 2],
    ]);
    expect(documents[0].labels.map((label) => source.labelNames.get(label))).toEqual(['Lighting', 'Blue things']);
  });
});

describe('CSV and TSV', () => {
  test('quotes, doubled quotes, delimiters and CRLF line ends within fields', async () => {
    const { documents, source } = await readAll(`${fixtures}/household.csv`);
    expect(source.format).toBe('csv');
    expect(documents.map(brief)).toEqual([
      [
        'b1',
        'Moths, and how to keep them out\nShe wrote: "cedar helps".\r\nThen she changed her mind.',
        ['home', 'insects'],
        2,
      ],
      ['b2', 'Knitting a scarf\nCast on forty stitches, then knit every row.', ['crafts'], 4],
    ]);
  });

  test('one-hot columns, found and named', async () => {
    const found = await readAll(`${fixtures}/onehot.csv`);
    expect(found.documents.map(({ labels }) => labels)).toEqual([['garden', 'weather'], ['garden'], ['weather'], []]);
    const named = await readAll(`${fixtures}/onehot.csv`, { labelColumns: ['weather'] });
    expect(named.documents.map(({ labels }) => labels)).toEqual([['weather'], [], ['weather'], []]);
  });

  test('a TSV whose quotes are no quoting is read as it is', async () => {
    const { documents, source } = await readAll(`${fixtures}/remarks.tsv`, {
      labelNames: `${fixtures}/remark-labels.txt`,
    });
    expect(source.format).toBe('tsv');
    expect(documents.map(brief)).toEqual([
      ['c1', '"Leave it," she said and left', ['0', '2'], 1],
      ['c2', '"Odd', ['1'], 2],
      ['c3', 'No quotes here', ['2'], 3],
      ['c4', 'Still "no" quotes', ['0'], 4],
    ]);
    expect(source.labelNames.get('2')).toBe('surprise');
  });

  test('a TSV whose rows come out even only with quoting is quoted; the option overrides', async () => {
    const { documents } = await readAll(`${fixtures}/quoted.tsv`);
    expect(documents.map(brief)).toEqual([
      ['q1', 'a tab\there', ['one'], 2],
      ['q2', 'and\na second "line"', ['two'], 3],
      ['q3', 'plain', ['two'], 5],
    ]);
    const path = write('doubled.tsv', 'text\tlabels\n"say ""hi"""\ta\nb\tb\n');
    expect((await readAll(path)).documents[0].text).toBe('"say ""hi"""');
    expect((await readAll(path, { quoting: true })).documents[0].text).toBe('say "hi"');
  });

  test('headerless columns by number', async () => {
    const path = write('plain.csv', '1,first text,a;b\n2,"second, text",c\n');
    const { documents } = await readAll(path, { header: false, idField: 0, textField: 1, labelField: 2 });
    expect(documents.map(brief)).toEqual([
      ['1', 'first text', ['a', 'b'], 1],
      ['2', 'second, text', ['c'], 2],
    ]);
    expect((await userError(openSource(path, { textField: 7 }))).code).toBe('unknown-field');
  });

  test('no column that looks like labels is no label column', async () => {
    const { options } = await openDataset({
      file: write('many.csv', 'text,author,place\nA long text here,Ann,Rome\nB,Bob,Oslo\n'),
    });
    expect([options.textField, options.labelField]).toEqual(['text', undefined]);
  });

  test('rows of a wrong width and quotes never closed: named with the line, and reading goes on below', async () => {
    const path = write('bad.csv', 'text,labels\none,a\ntwo\n"three" x,b\n"four,c\nfive,d\nsix,e\n');
    const error = await userError(readAll(path));
    expect([error.code, error.place.line]).toEqual(['malformed-record', 3]);
    const { documents, source } = await readAll(path, { onError: 'skip' });
    expect(documents.map(({ text, id }) => [text, id])).toEqual([
      ['one', '1'],
      ['five', '5'],
      ['six', '6'],
    ]);
    expect(source.findings.counts).toEqual({ 'malformed-record': 2, 'torn-line': 1 });
    expect(source.findings.skipped).toBe(3);
    expect(source.findings.first.map(({ line }) => line)).toEqual([3, 4, 5]);
  });
});

describe('line formats', () => {
  test('fastText', async () => {
    const path = write(
      'ft.txt',
      '__label__a __label__b-c some text\ntext __label__late here\n__label__only\n__label__ x__label__y\n',
    );
    const { documents, source } = await readAll(path);
    expect(source.format).toBe('fasttext');
    expect(documents.map(({ text, labels }) => [text, labels])).toEqual([
      ['some text', ['a', 'b-c']],
      ['text  here', ['late']],
      ['', ['only']],
      ['x__label__y', []],
    ]);
    expect(source.findings.counts).toEqual({ 'empty-document': 1, unlabelled: 1 });
    expect((await readAll(`${fixtures}/garden.train`)).documents[0].labels).toEqual(['plants', 'watering']);
  });

  test('LibMultiLabel with two and three columns', async () => {
    const two = await readAll(`${fixtures}/lml2.tsv`);
    expect(two.source.format).toBe('libmultilabel');
    expect(two.documents.map(brief)).toEqual([
      ['1', 'Stir flour and water', ['bread', 'baking'], 1],
      ['2', 'Brown the "onions" slowly', ['soup'], 2],
    ]);
    const three = await readAll(`${fixtures}/lml3.tsv`);
    expect(three.source.format).toBe('libmultilabel');
    expect(three.documents[0]).toEqual({
      id: 'd1',
      text: 'Stir flour and water until smooth',
      labels: ['bread', 'baking'],
      line: 1,
    });
  });

  test('the raw pair, and what happens when one file is shorter', async () => {
    const { documents, source } = await readAll(`${fixtures}/pair_raw_texts.txt`);
    expect(source.format).toBe('xmlrepo-raw');
    expect(documents.map(brief)).toEqual([
      ['1', 'first text of the pair', ['l1', 'l2'], 1],
      ['2', 'second text', ['l3'], 2],
      ['3', 'third text', ['l1'], 3],
    ]);
    write('s_labels.txt', 'a\n');
    const short = write('s_texts.txt', 'one\ntwo\n');
    expect(await userError(readAll(short))).toMatchObject({ code: 'torn-line', place: { line: 2 } });
    expect((await readAll(short, { onError: 'skip' })).documents).toHaveLength(1);
    const long = write('long_texts.txt', 'one\n');
    const labelsFile = write('other.txt', 'a\nb\n');
    expect(await userError(readAll(long, { labelsFile }))).toMatchObject({
      code: 'torn-line',
      place: { file: long, line: 2 },
    });
  });

  test('an undecodable line of the raw pair takes only its own partner with it', async () => {
    write('u_labels.txt', 'a\nb\nc\n');
    const path = write('u_texts.txt', Buffer.from([0x61, 0xc3, 0xa9, 10, 0xff, 10, 0x63, 0xc3, 0xa9, 10]));
    const { documents } = await readAll(path, { onError: 'skip' });
    expect(documents.map(({ id, text, labels }) => [id, text, labels])).toEqual([
      ['1', 'aé', ['a']],
      ['3', 'cé', ['c']],
    ]);
  });
});

describe('bag of words', () => {
  test('sparse rows', async () => {
    const { documents, source } = await readAll(`${fixtures}/bow.txt`);
    expect([source.format, source.bagOfWords]).toEqual(['xmlrepo-sparse', true]);
    expect(documents.map(({ labels, line }) => [labels, line])).toEqual([
      [['0', '3'], 2],
      [[], 3],
      [['1'], 4],
    ]);
    expect(documents.map(features)).toEqual([
      [
        [1, 4],
        [0.5, 2],
      ],
      [[2], [1]],
      [
        [0, 3],
        [1, Math.fround(0.01)],
      ],
    ]);
    expect(source.findings.counts).toEqual({ unlabelled: 1 });
  });

  test('numbers out of range and missing rows are told', async () => {
    const bad = write('bad-bow.txt', '3 5 4\n0 1:1\n9 1:1\n1 7:1\n');
    expect(await userError(readAll(bad))).toMatchObject({ code: 'malformed-record', place: { line: 3 } });
    const short = write('short-bow.txt', '3 5 4\n0 1:1\n');
    const { documents, source } = await readAll(short, { onError: 'skip' });
    expect([documents.length, source.findings.counts]).toEqual([1, { 'torn-line': 1 }]);
  });

  test('sparse ARFF with label XML', async () => {
    const { documents, source } = await readAll(`${fixtures}/weeds-train.arff`);
    expect([source.format, source.bagOfWords]).toEqual(['arff', true]);
    expect(documents.map(({ labels, line }) => [labels, line])).toEqual([
      [["TAG_m\\'usica"], 11],
      [['TAG_c#', 'TAG_??'], 12],
      [[], 13],
    ]);
    expect(documents.map(features)).toEqual([
      [
        [0, 1],
        [1, 2.5],
      ],
      [[], []],
      [[], []],
    ]);
    expect(source.findings.counts).toEqual({ 'empty-document': 2, unlabelled: 1 });
  });

  test('ARFF without its XML, or with a wrong one', async () => {
    const arff = readFileSync(`${fixtures}/weeds-train.arff`);
    expect((await userError(openSource(write('lonely.arff', arff)))).code).toBe('no-labels-file');
    const labelsFile = write('wrong.xml', '<labels><label name="nope"/></labels>');
    expect((await userError(openSource(`${fixtures}/weeds-train.arff`, { labelsFile }))).code).toBe('unknown-label');
  });

  test('requireWordOrder says why', async () => {
    const error = await userError(openSource(`${fixtures}/bow.txt`).then(requireWordOrder));
    expect([error.code, error.message]).toEqual(['bag-of-words', expect.stringContaining('not their order')]);
    requireWordOrder(await openSource(`${fixtures}/garden.train`));
  });
});

describe('folders of text files', () => {
  test('with a label file beside each text', async () => {
    const { documents, source } = await readAll(`${fixtures}/notes`);
    expect(source.format).toBe('folder');
    expect(documents.map(brief)).toEqual([
      ['a', 'Moss likes shade.\n\nIt needs no soil.', ['plants', 'shade'], 0],
      ['b', 'Rust spreads where iron is wet.', ['metal'], 0],
    ]);
    expect(source.bytesRead).toBe(source.totalBytes);
  });

  test('with one label file, sub-folders, and an undecodable document', async () => {
    write('set/labels.tsv', 'x/one.txt\tp;q\ntwo\tr\nthree\ts\n');
    write('set/x/one.txt', 'first');
    write('set/two.txt', 'sécond');
    const bad = write('set/three.txt', Buffer.from([0x6f, 0x6b, 10, 0xe9]));
    const { documents, source } = await readAll(`${folder}/set`, { onError: 'skip' });
    expect(documents.map(brief)).toEqual([
      ['two', 'sécond', ['r'], 0],
      ['x/one', 'first', ['p', 'q'], 0],
    ]);
    expect(source.findings.first[0]).toMatchObject({ code: 'undecodable', file: bad, line: 2, byte: 3 });
  });

  test('a folder without texts, or without labels', async () => {
    write('none/a.pdf', 'x');
    expect((await userError(openSource(`${folder}/none`))).code).toBe('no-documents');
    write('bare/a.txt', 'x');
    expect((await userError(openSource(`${folder}/bare`))).code).toBe('no-labels-file');
  });
});

describe('detection', () => {
  test('content counts, not the name; .gz is read as it is', async () => {
    for (const [name, format] of [
      ['recipes.train.jsonl', 'jsonl'],
      ['household.csv', 'csv'],
      ['remarks.tsv', 'tsv'],
      ['garden.train', 'fasttext'],
      ['lml2.tsv', 'libmultilabel'],
      ['bow.txt', 'xmlrepo-sparse'],
    ] as const) {
      const content = readFileSync(`${fixtures}/${name}`);
      expect((await openDataset({ file: write(`${name}.dat`, content) })).options.format).toBe(format);
      const packed = write(`${name}.packed`, gzipSync(content));
      const { documents, source } = await readAll(packed);
      expect([source.format, source.bytesRead]).toEqual([format, source.totalBytes]);
      expect(documents).toEqual((await readAll(`${fixtures}/${name}`)).documents);
    }
  });

  test('gives the options it would read with', async () => {
    expect((await openDataset({ file: `${fixtures}/remarks.tsv` })).options).toMatchObject({
      format: 'tsv',
      header: false,
      quoting: false,
      idField: 2,
      textField: 0,
      labelField: 1,
      labelSeparator: ',',
    });
    expect((await openDataset({ file: `${fixtures}/recipes.train.jsonl` })).options.textField).toEqual([
      'title',
      'text',
    ]);
  });

  test('the format can be stated', async () => {
    const path = write('stated.txt', '__label__a\ttext\n');
    const { documents } = await readAll(path, { format: 'libmultilabel' });
    expect(documents[0].labels).toEqual(['__label__a']);
  });

  test('prose is of no known format', async () => {
    const path = write(
      'prose.txt',
      'It was a dark night, and it rained.\nNobody came.\nStill, she waited, and waited, and slept.\n',
    );
    expect((await userError(openSource(path))).code).toBe('unknown-format');
  });
});
