import { table } from './measure.ts';

/** What a part of the suite measured, as a value that is written to JSON and shown as Markdown. */

/** The median of repeated runs with the fastest and the slowest; one number alone where there was one run. */
export interface Figure {
  value: number;
  low?: number;
  high?: number;
  /** Which way is better; neither where a figure only describes what was measured. */
  better?: 'higher' | 'lower';
}

export type Cell = string | Figure;

export interface Table {
  title: string;
  /** First the name of a row, then its cells; heads state the units. */
  head: string[];
  rows: Cell[][];
  note?: string;
}

export interface PartResult {
  tables: Table[];
  /** What was not measured, and why. */
  skipped: string[];
}

/** A part as it is kept: with where, when and how it was measured. */
export interface RecordedPart extends PartResult {
  date: string;
  machine: Machine;
  quick: boolean;
  seconds: number;
}

export type Recorded = Record<string, RecordedPart>;

export interface Machine {
  processor: string;
  cores: number;
  memoryGiB: number;
  threads: number;
  versions: Record<string, string>;
}

export const describeMachine = ({ processor, cores, memoryGiB, threads, versions }: Machine): string =>
  `${processor}, ${cores} cores, ${memoryGiB} GiB, ${threads} threads; ${Object.entries(versions)
    .map(([what, version]) => `${what} ${version}`)
    .join(', ')}`;

/** Three significant digits, or the whole number. */
function number(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  const { value, low, high } = cell;
  return low === undefined || high === undefined ? number(value) : `${number(value)} (${number(low)}-${number(high)})`;
}

export function partMarkdown(name: string, part: RecordedPart, heading: string): string {
  const how = part.quick ? ', `--quick`' : '';
  const lines = [
    `${heading} ${name}`,
    `\`npm run bench -- --only ${name}${part.quick ? ' --quick' : ''}\`, ${part.date}, ${Math.round(part.seconds)} s${how}; ${describeMachine(part.machine)}.`,
  ];
  for (const { title, head, rows, note } of part.tables) {
    lines.push(
      `${title}:`,
      table(
        head,
        rows.map((row) => row.map(cellText)),
      ),
    );
    if (note) lines.push(note);
  }
  for (const what of part.skipped) lines.push(`skipped: ${what}`);
  return lines.join('\n\n');
}

interface Change {
  what: string;
  before: Figure;
  now: Figure;
  /** How many times better; below 1 worse. */
  factor: number;
}

/** Differences that are told: the virtual processors these run on are no steadier. */
const told = 0.1;

/** Figures that both have and that say which way is better. */
export function compare(now: Recorded, before: Recorded): Change[] {
  const earlier = figures(before);
  return [...figures(now)].flatMap(([what, figure]) => {
    const known = earlier.get(what);
    if (!known || !figure.better || !(known.value > 0) || !(figure.value > 0)) return [];
    const ratio = figure.value / known.value;
    return [{ what, before: known, now: figure, factor: figure.better === 'higher' ? ratio : 1 / ratio }];
  });
}

function figures(recorded: Recorded): Map<string, Figure> {
  const found = new Map<string, Figure>();
  for (const [part, { tables }] of Object.entries(recorded))
    for (const { title, head, rows } of tables)
      for (const row of rows)
        row.forEach((cell, i) => {
          if (typeof cell !== 'string') found.set(`${part}: ${title}, ${cellText(row[0])}, ${head[i]}`, cell);
        });
  return found;
}

export function comparisonMarkdown(now: Recorded, before: Recorded): string {
  const changes = compare(now, before);
  if (changes.length === 0) return 'There are no recorded figures to compare these with.';
  const factors = changes.map(({ factor }) => factor).sort((a, b) => a - b);
  const moved = changes.filter(({ factor }) => Math.abs(Math.log(factor)) > Math.log(1 + told));
  const lines = [
    `${changes.length} figures stand in the last recorded results, too; at the median these are ${number(factors[factors.length >> 1])} times as good. ` +
      `${moved.length} differ by more than ${told * 100}%:`,
  ];
  for (const [name, part] of Object.entries(now)) {
    const known = before[name];
    if (!known) continue;
    if (describeMachine(known.machine) !== describeMachine(part.machine))
      lines.push(`${name} was recorded on another machine or with other versions: ${describeMachine(known.machine)}.`);
    if (known.quick !== part.quick) lines.push(`${name} was recorded ${known.quick ? 'with' : 'without'} \`--quick\`.`);
  }
  if (moved.length === 0) return lines.join('\n\n');
  const rows = moved
    .sort((a, b) => a.factor - b.factor)
    .map(({ what, before, now, factor }) => [what, cellText(before), cellText(now), number(factor)]);
  return [...lines, table(['figure', 'recorded', 'now', 'times as good'], rows)].join('\n\n');
}
