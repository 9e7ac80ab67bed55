// Chinese and Japanese as words of `segmenter`, as single characters and as `unicode` leaves them: how well a model of each does, and how
// fast the words are made. The texts are the messages of the TypeScript compiler in both languages; the labels of a message are the
// frequent words of its English original, so that a model must find what the text is about. node bench/run.mjs spaceless [SEEDS]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { completeConfig } from '../src/core/config/layers.ts';
import { createTokenizer } from '../src/core/text/tokenizer.ts';
import { Interner, WordNumbers } from '../src/core/text/wordNumbers.ts';
import { train } from '../src/core/training/trainer.ts';

interface Message {
  key: string;
  message: string;
}

interface Example {
  text: string;
  labels: string[];
}

const languages = ['zh-cn', 'ja'] as const;
const tokenizers = ['segmenter', 'character', 'unicode'] as const;
const figures = ['P@1', 'P@3', 'nDCG@5', 'microF1', 'macroF1'];
const seeds = Number(process.argv[3] ?? 3);

const originals = Object.values((ts as unknown as { Diagnostics: Record<string, Message> }).Diagnostics);
const wordsOf = (text: string): string[] => [...new Set(text.toLowerCase().match(/[a-z]{4,}/g) ?? [])];

/** Messages with the words of the original that are in at least 20 of them and stand untranslated in few. */
function examples(language: string): Example[] {
  const path = `node_modules/typescript/lib/${language}/diagnosticMessages.generated.json`;
  const translated = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  const pairs = originals
    .filter(({ key }) => translated[key] !== undefined)
    .map(({ key, message }) => ({ text: translated[key], words: wordsOf(message) }));
  const counts = new Map<string, { all: number; untranslated: number }>();
  for (const { text, words } of pairs)
    for (const word of words) {
      const count = counts.get(word) ?? { all: 0, untranslated: 0 };
      counts.set(word, count);
      count.all++;
      if (text.toLowerCase().includes(word)) count.untranslated++;
    }
  const isLabel = (word: string): boolean => {
    const { all, untranslated } = counts.get(word)!;
    return all >= 20 && all < pairs.length / 5 && untranslated < 0.2 * all;
  };
  return pairs
    .map(({ text, words }) => ({ text, labels: words.filter(isLabel) }))
    .filter(({ labels }) => labels.length > 0);
}

/** Every fifth message is for testing. */
function write(folder: string, language: string): { train: string; test: string; documents: number } {
  const all = examples(language);
  const file = (name: string, isIn: (i: number) => boolean): string => {
    const path = join(folder, `${language}.${name}.jsonl`);
    writeFileSync(path, all.filter((_, i) => isIn(i)).map((example) => `${JSON.stringify(example)}\n`).join('')); // prettier-ignore
    return path;
  };
  return { train: file('train', (i) => i % 5 > 0), test: file('test', (i) => i % 5 === 0), documents: all.length };
}

async function score(files: { train: string; test: string }, tokenizer: (typeof tokenizers)[number], seed: number) {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-run-'));
  try {
    const config = completeConfig(
      {
        dataset: { train: files.train, test: files.test, validationFraction: 0.1 },
        text: { tokenizer, maxLength: 200 },
        embedding: { dim: 100 },
        model: { filters: 128 },
        training: { epochs: 20, batchSize: 16, warmupSteps: 150, monitor: 'P@1', seed, save: false },
        evaluation: { baselines: false },
        engine: { name: 'wasm', threads: 1 },
        output: { folder, name: 'run', cache: false },
      },
      'wide',
    );
    const evaluated = (await train(config, { onEvent: () => {} })).summary?.evaluated;
    if (!evaluated) throw new Error('The run was not evaluated');
    return figures.map((name) => evaluated.metrics[name] ?? NaN);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Words a second, and words a text; the best of five passes. */
async function speed(texts: readonly string[], tokenizer: (typeof tokenizers)[number]) {
  const { text } = completeConfig({ dataset: { train: '' } });
  let best = Infinity;
  let words = 0;
  for (let pass = 0; pass < 5; pass++) {
    const interner = new Interner();
    const numbers = new WordNumbers(await createTokenizer({ ...text, tokenizer }), (word) => interner.idOf(word));
    words = 0;
    const from = process.cpuUsage();
    for (const one of texts) words += numbers.of(one).length;
    const { user, system } = process.cpuUsage(from);
    best = Math.min(best, (user + system) / 1e6);
  }
  const characters = texts.reduce((sum, one) => sum + one.length, 0);
  return { words: words / texts.length, perSecond: words / best, characters: characters / best };
}

const round = (n: number): string => n.toLocaleString('en', { maximumSignificantDigits: 3 });
const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-spaceless-'));
try {
  console.log(`ICU ${process.versions.icu}, ${seeds} seeds: mean (± standard deviation)\n`);
  console.log(`| texts | tokenizer | words a text | words/s | characters/s | ${figures.join(' | ')} |`);
  console.log(`| --- | --- ${'| --: '.repeat(figures.length + 3)}|`);
  for (const language of languages) {
    const files = write(folder, language);
    const texts = examples(language).map(({ text }) => text);
    for (const tokenizer of tokenizers) {
      const { words, perSecond, characters } = await speed(texts, tokenizer);
      const scores: number[][] = [];
      for (let seed = 1; seed <= seeds; seed++) scores.push(await score(files, tokenizer, seed));
      const cells = figures.map((_, i) => {
        const values = scores.map((row) => row[i] * 100);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
        return `${mean.toFixed(1)} (± ${deviation.toFixed(1)})`;
      });
      const measured = [words.toFixed(1), round(perSecond), round(characters)];
      console.log(`| ${language}, ${files.documents} | ${tokenizer} | ${[...measured, ...cells].join(' | ')} |`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
