import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from './memoryTerminal.ts';

const root = mkdtempSync(join(tmpdir(), 'xmlcnn-corrections-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const topics = ['sailing', 'tax', 'roses'];
const words = ['boat harbour wind', 'income law state', 'garden thorn scent'];
const record = (i: number): string =>
  `${JSON.stringify({ id: `d${i}`, text: `${words[i % 3]} letter ${i}`, labels: [topics[i % 3]] })}\n`;

let folder = '';
let tests = 0;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = join(root, String(tests++));
  mkdirSync(folder);
  for (const [split, from] of [
    ['train', 0],
    ['valid', 30],
    ['test', 45],
  ] as const)
    writeFileSync(
      at(`${split}.jsonl`),
      Array.from({ length: split === 'train' ? 30 : 15 }, (_, i) => record(from + i)).join(''),
    );
});

interface Listed {
  applied: number;
  right: number;
  refused: number;
  corrections: { id: string; state: string; after: string[] }[];
}

describe('corrections', () => {
  it('are made, listed, undone and written into a copy', async () => {
    expect((await call(['corrections', at('train.jsonl')])).out).toContain('There are no corrections');
    const made = await call([
      'corrections',
      at('train.jsonl'),
      '--document',
      'd4',
      '--label',
      'tax',
      '--label',
      'law',
      '--reason',
      'it is',
    ]);
    expect(made.out).toContain('Document d4: tax -> tax, law');
    await call(['corrections', at('train.jsonl'), '--document', 'd5', '--unlabelled']);
    const { code, json } = await call(['corrections', at('train.jsonl'), '--json']);
    expect(code).toBe(0);
    const listed = json<Listed>();
    expect(listed).toMatchObject({ applied: 2, right: 0, refused: 0 });
    expect(listed.corrections.map(({ id, state, after }) => [id, state, after])).toEqual([
      ['d4', 'applied', ['tax', 'law']],
      ['d5', 'applied', []],
    ]);
    const shown = (await call(['corrections', at('train.jsonl')])).out;
    expect(shown).toMatch(/d4 +\+law +applied/);
    expect(shown).toMatch(/d5 +-roses +applied/);
    expect((await call(['inspect', at('train.jsonl')])).out).toContain('2 documents corrected');
    const written = await call(['corrections', at('train.jsonl'), '--write', at('copy.jsonl')]);
    expect(written.out).toContain('2 documents of 30 changed');
    expect(readFileSync(at('copy.jsonl'), 'utf8').split('\n')[4]).toBe(
      record(4).replace('["tax"]', '["tax","law"]').trim(),
    );
    expect((await call(['corrections', at('train.jsonl'), '--undo'])).out).toContain('Document d5: no label -> roses');
    expect((await call(['corrections', at('train.jsonl'), '--undo', '--document', 'd4'])).out).toContain(
      'd4: tax, law -> tax',
    );
    expect((await call(['corrections', at('train.jsonl'), '--undo'])).out).toContain('no correction to take back');
  });

  it('are not made and written in one call, of which one would go unsaid', async () => {
    const made = ['corrections', at('train.jsonl'), '--document', 'd4', '--label', 'tax', '--write', at('copy.jsonl')];
    const { code, err } = await call(made);
    expect([code, err]).toEqual([1, expect.stringContaining('--write goes with neither --document nor --undo')]);
    expect((await call(['corrections', at('train.jsonl')])).out).toContain('There are no corrections');
  });

  it('that do not fit any more fail a check', async () => {
    await call(['corrections', at('train.jsonl'), '--document', 'd4', '--label', 'law']);
    expect((await call(['corrections', at('train.jsonl'), '--check'])).code).toBe(0);
    writeFileSync(at('train.jsonl'), readFileSync(at('train.jsonl'), 'utf8').replace('letter 4"', 'another letter"'));
    const { code, out } = await call(['corrections', at('train.jsonl'), '--check']);
    expect(code).toBe(1);
    expect(out).toContain('not applied: the text has changed');
  });

  it.skipIf(process.getuid?.() === 0)('ask for another place where the folder cannot be written', async () => {
    chmodSync(folder, 0o555);
    const refused = await call(['corrections', at('train.jsonl'), '--document', 'd4', '--label', 'law']);
    expect(refused.err).toContain('--corrections FILE');
    const place = join(root, 'elsewhere.jsonl');
    const { code } = await call([
      'corrections',
      at('train.jsonl'),
      '--document',
      'd4',
      '--label',
      'law',
      '--corrections',
      place,
    ]);
    expect(code).toBe(0);
    chmodSync(folder, 0o755);
  });

  it('are what a run is trained and measured with, and is resumed with', async () => {
    await call(['corrections', at('train.jsonl'), '--document', 'd4', '--label', 'tax', '--label', 'sailing']);
    await call(['corrections', at('test.jsonl'), '--document', 'd46', '--label', 'sailing']);
    const config = {
      extends: 'linear',
      dataset: { train: 'train.jsonl', validation: 'valid.jsonl', test: 'test.jsonl' },
      linear: { minDocuments: 1 },
      evaluation: { k: [1] },
      output: { name: 'run' },
    };
    writeFileSync(at('run.xmlcnn.json'), JSON.stringify(config));
    const trained = await call(['train', at('run.xmlcnn.json')]);
    expect(trained.err + trained.out).toContain('2 documents have corrected labels');
    expect(trained.out).toContain('1 of these documents has corrected labels');
    const run = at('runs/run');
    expect(JSON.parse(readFileSync(join(run, 'corrections.json'), 'utf8'))).toEqual({
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')) as { corrected: object };
    expect(summary.corrected).toEqual({ train: 1, validation: 0, test: 1 });
    expect((await call(['evaluate', run])).out).toContain('1 of these documents has corrected labels');
    expect((await call(['evaluate', run, at('test.jsonl'), '--corrections', 'no'])).out).not.toContain('corrected');
    await call(['corrections', at('train.jsonl'), '--undo']);
    const resumed = await call(['train', '--resume', run]);
    expect(resumed.code).toBe(1);
    expect(resumed.err).toContain('begun with other corrections');
  });
});
