import { describe, expect, it, test } from 'vitest';
import type { EvidencedLabel, ExplainedText } from '../../../src/runner/services/predictor.ts';
import { clip, commandLink, escapeIcons, escapeMarkdown } from '../../../src/extension/hover/escape.ts';
import { labelRows, marksOf } from '../../../src/extension/hover/verdicts.ts';
import { hoverMarkdown } from '../../../src/extension/hover/hoverText.ts';
import { barText, countsText, ngramTexts, peakTexts, probabilityText } from '../../../src/extension/hover/labelText.ts';

const t = (message: string, ...args: (string | number)[]): string =>
  message.replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)]));

const label = (id: number, name: string, probability: number, display?: string): EvidencedLabel => ({
  id,
  name,
  display,
  probability,
  isPredicted: probability > 0.5,
  ngrams: [
    { text: `about | ${name}\n<b>`, peak: `| ${name}`, contribution: 2 },
    { text: 'second', peak: 'second', contribution: 1 },
    { text: 'third', peak: 'Second', contribution: 0.5 },
  ],
  highlights: [{ start: 0, end: 5, strength: 1 }],
});

const text = (labels: EvidencedLabel[], unknown: ExplainedText['unknown'] = []): ExplainedText => ({
  labels,
  unknown,
  words: 12,
  unknownWords: 0,
  truncated: false,
});

describe('untrusted text', () => {
  it('becomes entities, so that nothing in it is Markdown, HTML, a table border or an icon', () => {
    const hostile = '<img src=x onerror=alert(1)> | [a](command:x) `b` **c** $(bug) https://d.e &amp; \\';
    expect(escapeMarkdown(hostile)).not.toMatch(/[<>|[\]()`*$:/\\="_~-]/);
    const decoded = escapeMarkdown(hostile).replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    expect(decoded).toBe(hostile);
  });

  it('stays on one line, without characters that turn text around', () => {
    expect(escapeMarkdown(' a\r\n\tb\u202e\u0000c ')).toBe('a bc');
    expect(escapeMarkdown('Zürich 漢字 😀')).toBe('Zürich 漢字 &#128512;');
  });

  it('shows no icons where icons may stand', () => {
    expect(escapeIcons('$(bug) $(sync~spin) $(no icon)')).toBe('\\$(bug) \\$(sync~spin) $(no icon)');
  });

  it('cannot break out of a link', () => {
    const link = commandLink(escapeMarkdown('a](b'), 'xmlcnn.x', [{ uri: 'file:///a)b("' }], 'say "hi") ');
    const found = /^\[([^\]]*)\]\(command:xmlcnn\.x\?([^ )"]*) "([^"]*)"\)$/.exec(link);
    expect(JSON.parse(decodeURIComponent(found?.[2] ?? ''))).toEqual([{ uri: 'file:///a)b("' }]);
  });

  it('is cut between characters', () => {
    expect(clip('😀😀😀', 2)).toBe('😀…');
    expect(clip('abc', 3)).toBe('abc');
  });
});

describe('rows', () => {
  const labels = [
    label(0, 'a', 0.9),
    label(1, 'b', 0.6),
    label(2, 'c', 0.2),
    label(3, 'd', 0.005),
    label(4, 'e', 0.001),
  ];

  it('tell hits, false and missed labels by what is predicted, and keep true ones however improbable', () => {
    const rows = labelRows(text(labels, [{ name: 'z', display: 'Zed' }]), ['a', 'c', 'e', 'z']);
    expect(rows.map(({ title, verdict }) => [title, verdict])).toEqual([
      ['a', 'hit'],
      ['b', 'false'],
      ['c', 'missed'],
      ['e', 'missed'],
      ['Zed', 'missed'],
    ]);
  });

  it('have no verdicts where the true labels are not known', () => {
    const rows = labelRows(text(labels));
    expect(rows.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(rows.every(({ verdict }) => verdict === undefined)).toBe(true);
  });

  it('have verdicts for a text of no labels: every prediction is false', () => {
    expect(labelRows(text(labels), []).map(({ verdict }) => verdict)).toEqual(['false', 'false', undefined]);
  });

  it('keep the first label even where nothing is probable', () => {
    expect(labelRows(text([label(0, 'a', 0.001), label(1, 'b', 0.0001)]))).toHaveLength(1);
  });
});

describe('hover', () => {
  const place = { uri: 'file:///a.jsonl', line: 3, character: 7 };
  const content = (rows = labelRows(text([label(7, '<img src=x>', 0.9, 'An|image')]), ['<img src=x>'])) =>
    hoverMarkdown({ model: 'run|1', place, rows, text: text([]) }, t);

  it('has as many cells in every row, whatever the names', () => {
    const rows = content()
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row.split('|')).toHaveLength(6);
    expect(content()).not.toContain('<img');
    expect(content()).toContain('An&#124;image');
  });

  it('links a label to its evidence at the place', () => {
    const [, query] = /command:xmlcnn\.highlightEvidence\?([^ ]+)/.exec(content()) ?? [];
    expect(JSON.parse(decodeURIComponent(query))).toEqual([{ ...place, label: 7 }]);
  });

  it('has no column of verdicts where there are none', () => {
    const rows = content(labelRows(text([label(1, 'a', 0.9)])))
      .split('\n')
      .filter((line) => line.startsWith('|'));
    for (const row of rows) expect(row.split('|')).toHaveLength(5);
  });

  it('says how many true labels it leaves out, and which the model does not know', () => {
    const unknown = Array.from({ length: 20 }, (_, i) => ({ name: `u${i}` }));
    const rows = labelRows(
      text([label(1, 'a', 0.9)], unknown),
      unknown.map(({ name }) => name),
    );
    expect(content(rows)).toContain('9 more true labels');
    expect(content(rows)).toContain('not known to the model');
  });
});

test('bars and percents', () => {
  expect([0, 0.5, 1].map(barText)).toEqual(['▏', '████', '████████']);
  expect([0.004, 0.07, 0.734, 1].map(probabilityText)).toEqual(['\u2007<1%', '\u2007\u20077%', '\u200773%', '100%']);
});

test('n-grams on one line, the strongest of them', () => {
  const [row] = labelRows(text([label(0, 'a', 0.9)]));
  expect(ngramTexts(row, 2)).toEqual(['“about | a <b>”', '“second”']);
});

test('the words that make the difference, each once, within their n-grams', () => {
  const [row] = labelRows(text([label(0, 'a', 0.9)]));
  expect(peakTexts(row, 3)).toEqual([
    { text: '“| a”', ngram: 'about | a <b>' },
    { text: '“second”', ngram: 'second' },
  ]);
});

test('what the model saw of a text', () => {
  expect(countsText({ ...text([]), words: 1 }, t)).toBe('1 word');
  expect(countsText({ ...text([]), unknownWords: 2, truncated: true }, t)).toBe(
    '12 words, 2 unknown to the model, the rest is not seen by the model',
  );
});

describe('marks of evidence', () => {
  it('have levels by strength, and none under a least one', () => {
    const highlights = [0.01, 0.1, 0.34, 0.5, 0.7, 1].map((strength, i) => ({ start: i, end: i + 1, strength }));
    expect(marksOf('abcdef', highlights).map(({ start, level }) => [start, level])).toEqual([
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 2],
      [5, 2],
    ]);
  });

  it('lie on words, not on what is between them', () => {
    const highlights = [
      { start: 0, end: 9, strength: 1 },
      { start: 9, end: 11, strength: 0.5 },
    ];
    const text = ' “big\ncat”, ';
    expect(marksOf(text, highlights)).toEqual([{ start: 2, end: 9, level: 2 }]);
    expect(text.slice(2, 9)).toBe('big\ncat');
  });
});
