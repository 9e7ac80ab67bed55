import { fillBetween } from '../marked.ts';
import { table } from '../measure.ts';
import type { Result } from './plan.ts';
import { isOf, type Job } from './plan.ts';
import type { Peer, QualitySet } from './sets.ts';

export const markers = {
  begin: '<!-- bench:quality begin: written by npm run bench:quality -->',
  end: '<!-- bench:quality end -->',
};

/** Puts the tables between the markers. Throws `Error` where they are not there. */
export const fillIn = (document: string, tables: string): string => fillBetween(document, markers, tables);

const columns = [
  'preset',
  'seed',
  'P@1 / P@3 / P@5',
  'nDCG@5',
  'RP@5',
  'PSP@1 / 3 / 5',
  'micro-F1 at 0.5 / tuned',
  'macro-F1 tuned',
  'epochs',
  'time',
  'documents/s',
];

/** A table for every dataset that has a result with its preset as it is now. */
export function report(results: readonly Result[], jobs: readonly Job[]): string {
  const current = jobs.flatMap((job) => results.filter((result) => isOf(result, job)).slice(-1));
  const sets = [...new Set(jobs.map(({ set }) => set))];
  return sets
    .map((set) => tableOf(set, current))
    .filter((text) => text !== undefined)
    .join('\n\n');
}

function tableOf(set: QualitySet, all: readonly Result[]): string | undefined {
  const own = all.filter(({ dataset }) => dataset === set.name);
  if (own.length === 0) return undefined;
  const presets = [...new Set(own.map(({ preset }) => preset))];
  const rows = presets.flatMap((preset) => {
    const runs = own.filter((result) => result.preset === preset).sort((a, b) => a.seed - b.seed);
    return [...runs.map(rowOf), ...(runs.length > 1 ? [meanRow(runs)] : [])];
  });
  return `### ${set.title}\n\n${table(columns, [...rows, ...set.peers.map(peerRow)])}`;
}

const percent = (x: number): string => (x * 100).toFixed(2);

const figures = (of: (name: string) => number): string[] => [
  ['P@1', 'P@3', 'P@5'].map((name) => percent(of(name))).join(' / '),
  percent(of('nDCG@5')),
  percent(of('RP@5')),
  ['PSP@1', 'PSP@3', 'PSP@5'].map((name) => percent(of(name))).join(' / '),
  ['microF1', 'microF1@tuned'].map((name) => percent(of(name))).join(' / '),
  percent(of('macroF1@tuned')),
];

function rowOf(result: Result): string[] {
  const epochs = `${result.epochs}${result.retrainedEpochs === undefined ? '' : ` + ${result.retrainedEpochs}`}`;
  return [
    `\`${result.preset}\``,
    String(result.seed),
    ...figures((name) => result.metrics[name]),
    epochs,
    `${timeOf(result.seconds)}, ${result.threads} thread${result.threads === 1 ? '' : 's'}`,
    String(result.documentsPerSecond),
  ];
}

const timeOf = (seconds: number): string => (seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);

function meanRow(runs: readonly Result[]): string[] {
  const mean = (name: string): number => runs.reduce((sum, { metrics }) => sum + metrics[name], 0) / runs.length;
  const seeds = runs.map(({ seed }) => seed).join(', ');
  return [`**\`${runs[0].preset}\`, mean**`, seeds, ...figures(mean).map((cell) => `**${cell}**`), '', '', ''];
}

const peerRow = ({ who, precision, more }: Peer): string[] => [
  `_${who}_`,
  '',
  precision.join(' / '),
  ...Array.from({ length: 3 }, () => ''),
  more,
  '',
  '',
  '',
  '',
];
