import type { Context } from '../context.ts';
import { lower, milliseconds, perSecond, plain } from '../measure.ts';
import { measureNeeds, type Needs } from '../multiplications.ts';
import { measureScoring, measureSteps, startedEngine, type Scoring, type Steps } from '../network.ts';
import type { Cell, PartResult, Table } from '../report.ts';
import { settings, type Setting } from '../settings.ts';
import { eurlex, eurlexTexts, isAtHand, missing, reuters, textsOf, type Texts } from '../texts.ts';
import { findTorch, measureTorch, type TorchResult } from '../torch.ts';

interface Measured {
  setting: Setting;
  steps: Steps;
  distinct: number;
  needs: Needs;
  scoring: Scoring | undefined;
  torch: TorchResult | undefined;
}

export async function eurlex57k(context: Context): Promise<PartResult> {
  const texts = await eurlexTexts();
  const result = await measure(texts, context, '../shared/data/eurlex57k/train.jsonl.xz');
  result.skipped.push(...missing(eurlex, 'Zipf-distributed words'));
  return result;
}

export async function reutersR90(context: Context): Promise<PartResult> {
  if (!isAtHand(reuters)) return { tables: [], skipped: [`Reuters R90: ${reuters.file} not found`] };
  return measure(await textsOf(reuters), context, reuters.file);
}

/** Training, scoring and their kernels at each setting, beside PyTorch where it is at hand, within some minutes. */
async function measure(texts: Texts, context: Context, torchData: string): Promise<PartResult> {
  const torch = findTorch();
  const results: Measured[] = [];
  for (const setting of settings) {
    console.error(`  ${setting.name} …`);
    const engine = await startedEngine(setting, texts, context.threads);
    const steps = await measureSteps(engine, setting, texts, context.quick ? 8 : 24);
    // frozen or trained is the same to scoring
    const scoring = setting.trainEmbeddings ? await measureScoring(engine, setting, texts, context) : undefined;
    const needs = await measureNeeds(engine, steps.batches, setting.trainEmbeddings, context.threads);
    await engine.dispose();
    const peer = setting.torch && !('missing' in torch);
    const [{ words }] = steps.batches;
    results.push({
      setting,
      steps,
      distinct: new Set(words).size,
      needs,
      scoring,
      torch: peer ? measureTorch(torchArguments(setting, context), context.threads, torchData) : undefined,
    });
  }
  return {
    tables: [training(results, texts), scoring(results, texts), multiplications(results), kernels(results)],
    skipped: 'missing' in torch ? [`PyTorch: ${torch.missing}`] : [],
  };
}

const torchArguments = ({ torch = [] }: Setting, { quick }: Context): string[] => [
  ...torch,
  '--steps',
  quick ? '5' : '9',
];

const notMeasured = '-';

function training(results: Measured[], { name }: Texts): Table {
  const rows = results.map(({ setting, steps, torch }): Cell[] => {
    const rate = perSecond(setting.batch, steps.step);
    return [
      setting.name,
      rate,
      milliseconds(steps.step),
      ...(torch
        ? [plain(torch.train_docs_per_s), { value: rate.value / torch.train_docs_per_s, better: 'higher' as const }]
        : [notMeasured, notMeasured]),
    ];
  });
  const head = ['settings', 'documents/s', 'step, ms', 'PyTorch, documents/s', 'times as fast'];
  return { title: `Training on ${name}`, head, rows };
}

function scoring(results: Measured[], { name }: Texts): Table {
  const rows = results.flatMap(({ setting, scoring, torch }): Cell[][] => {
    if (!scoring) return [];
    const rate = perSecond(scoring.documents, scoring.logits);
    return [
      [
        setting.name,
        rate,
        perSecond(scoring.documents, scoring.probabilities),
        milliseconds(scoring.single),
        ...(torch
          ? [plain(torch.infer_docs_per_s), { value: rate.value / torch.infer_docs_per_s, better: 'higher' as const }]
          : [notMeasured, notMeasured]),
      ],
    ];
  });
  const head = [
    'settings',
    'logits, documents/s',
    'with probabilities',
    'one document, ms',
    'PyTorch, documents/s',
    'times as fast',
  ];
  return { title: `Bulk inference on ${name}`, head, rows };
}

function multiplications(results: Measured[]): Table {
  const rows = results.map(({ setting, steps, needs: n }): Cell[] => {
    const dense = n.projection + n.hidden + n.output;
    const { median } = steps.step;
    const parts = [n.projection, n.hidden, n.output, n.sparse].map(plain);
    return [setting.name, plain(median), ...parts, lower(median / (dense + n.sparse)), lower(median / dense)];
  });
  return {
    title: 'What its own multiplications need, ms of a step',
    head: ['settings', 'step', 'projection', 'hidden', 'output', 'winning windows', 'ratio', 'without windows'],
    rows,
    note:
      'Multiply-adds at the rate that the matrix product of the same shape reaches in the same minutes: the projection of the distinct words; both ' +
      'dense layers forward, into their inputs and into their weights; the distinct words of the windows that won, back into filters and trained word vectors, at the ' +
      "projection's rate. The ratio is the whole step, Adam, gathering and pooling included, over their sum; the last column leaves the windows out of it.",
  };
}

function kernels(results: Measured[]): Table {
  const all = results.map(({ steps }) => new Map(steps.kernels));
  const total = all.map((ms) => [...ms.values()].reduce((sum, x) => sum + x, 0));
  const names = [...new Set(results.flatMap(({ steps }) => steps.kernels.map(([name]) => name)))];
  const counted = names.filter((name) => all.some((ms, i) => (ms.get(name) ?? 0) > total[i] / 100));
  const cell = (ms: number | undefined): Cell => (ms === undefined ? notMeasured : lower(ms));
  return {
    title: 'Milliseconds of a step by kernel',
    head: ['kernel', ...results.map(({ setting }) => setting.name)],
    rows: [
      ['distinct words of the first batch', ...results.map(({ distinct }) => plain(distinct))],
      ...counted.map((name): Cell[] => [name, ...all.map((ms) => cell(ms.get(name)))]),
    ],
    note: 'Each kernel runs by itself here; those under 1% of a step in every column are left out.',
  };
}
