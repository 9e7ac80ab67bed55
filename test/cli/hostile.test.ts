/** Texts, labels and names that mean harm, through every command: nothing of them may act in a terminal, a page or a spreadsheet. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from './memoryTerminal.ts';

/** Clears the screen, names the window, hides a link, goes back in the line, turns the text around, runs as a formula or script. */
const evil = [
  '\u001b[2J\u001b[1;1Hgone',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://x\u0007link\u001b]8;;\u0007',
  'over\rwritten\b\b',
  '\u009b31mred',
  '\u202egnp.exe',
  '=HYPERLINK("http://x","y")',
  '@SUM(A1)',
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  '${jndi}`$(touch x)`',
  'line\nbreak',
  '../../up',
];
let folder = '';
let place = '';
let data = '';
let config = '';
const at = (name: string): string => join(place, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xmlcnn-hostile-'));
  place = join(folder, 'da\u001b[31mta\u202e');
  mkdirSync(place);
  data = at('tr\u001b]0;x\u0007ain.jsonl');
  const line = (i: number): string => {
    const [a, b] = [evil[i % evil.length], evil[(i * 5 + 1) % evil.length]];
    return JSON.stringify({ id: `${a}-${i}`, text: `${a} word${i % 9} ${b} text`, labels: [...new Set([a, b])] });
  };
  const lines = Array.from({ length: 120 }, (_, i) => line(i));
  const broken = '{"id":"\u001b[2J", "text":';
  writeFileSync(data, `${[...lines, broken, JSON.stringify({ text: evil.join(' '), labels: [] })].join('\n')}\n`);
  writeFileSync(at('test.jsonl'), `${lines.slice(0, 40).join('\n')}\n`);
  config = at('run.xmlcnn.json');
  writeFileSync(
    config,
    JSON.stringify({
      dataset: { train: data, test: at('test.jsonl'), validationFraction: 0.2, onError: 'skip' },
      embedding: { dim: 4 },
      model: { filterSizes: [1], filters: 4, pools: 1, hidden: 0 },
      training: { epochs: 2, batchSize: 16 },
      engine: { name: 'reference' },
      output: { name: 'run' },
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every control character but the line's end, and what turns text around. */
const harmful = /[^\P{Cc}\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

const texts = (): [string, string[]][] => {
  const id = `${evil[0]}-0`;
  const run = at('runs/run');
  return [
    ['inspect', ['inspect', data, '--labels', '40', '--words', '--quality', '--html', at('data.html')]],
    ['inspect --label', ['inspect', data, '--label', evil[0]]],
    ['inspect --label, unknown', ['inspect', data, '--label', `${evil[0]}x`]],
    ['inspect --document', ['inspect', data, '--document', id]],
    ['inspect --against', ['inspect', at('test.jsonl'), '--against', data, '--document', id]],
    ['init', ['init', data, '-o', at('made.xmlcnn.json'), '--on-error', 'skip']],
    ['validate', ['validate', at('made.xmlcnn.json'), '--data']],
    ['train', ['train', config]],
    ['runs', ['runs', at('runs')]],
    ['evaluate', ['evaluate', run, at('test.jsonl'), '--baselines']],
    ['predict', ['predict', run, '--explain', '--text', evil.join(' ')]],
    ['predict --dataset', ['predict', run, at('test.jsonl'), '--dataset', '--explain', '--top', '3']],
    [
      'clusters',
      ['clusters', at('test.jsonl'), '--k', '2,3', '--output', at('clusters'), '--html', at('clusters.html'), '--map'],
    ],
    ['export', ['export', run, '--format', 'onnx']],
    ['a file that is not there', ['inspect', `${data}\u001b[2J`]],
    ['an option that is none', ['inspect', data, `--no\u001b[2J`]],
    ['a command that is none', [`no\u001b[2J`]],
    ['a run that is none', ['predict', at('no\u001b[2J'), '--text', 'a']],
    ['a broken config', ['validate', data]],
  ];
};

it('prints nothing that a terminal would obey', async () => {
  for (const [name, argv] of texts())
    for (const more of [[], ['--json']]) {
      if (name === 'init' && more.length) argv.push('--force');
      if (name === 'train' && more.length) argv.push('--set', 'output.name=again');
      const { code, out, err } = await call([...argv, ...more]);
      expect(code, `${name}: ${err}`).toBe(/that is n|unknown|broken/.test(name) ? 1 : 0);
      for (const [stream, text] of Object.entries({ out, err })) {
        const [found] = harmful.exec(text) ?? [];
        const around = found && JSON.stringify(text.slice(Math.max(0, text.indexOf(found) - 60)).slice(0, 120));
        expect(found, `${name} ${more.join()} on ${stream}: ${around}`).toBeUndefined();
      }
      if (more.length) expect(() => JSON.parse(out) as unknown, name).not.toThrow();
    }
  expect(readdirSync(folder)).toHaveLength(1); // nothing beside it
}, 300_000);

it('writes pages in which it is text, and tables in which it is no formula', () => {
  for (const page of ['data.html', 'clusters.html']) {
    const html = readFileSync(at(page), 'utf8');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toMatch(/<img src=x|<svg onload|<script>alert/);
  }
  const table = readFileSync(at('clusters/labels.csv'), 'utf8');
  expect(table).toContain(`'=HYPERLINK(`);
  expect(table).not.toMatch(/(^|,|")[=@]/m);
});
