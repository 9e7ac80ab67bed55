/** Decisions on a dataset as its readers apply them. */
import { createHash } from 'node:crypto';
import {
  type CorrectionCounts,
  type DatasetFile,
  type Document,
  type Finding,
  onlyFile,
  type SourceOptions,
} from '../document.ts';
import type { Findings } from '../findings.ts';
import { firstFileOf } from '../shards.ts';
import { type CorrectionLog, type Decision, readCorrections, textHash } from './correctionLog.ts';

/** All decisions on one text. */
export interface Correction extends Pick<Decision, 'id' | 'text' | 'after'> {
  /** The labels before each of the decisions, oldest first. */
  before: readonly (readonly string[])[];
  /** Of the newest. */
  reason?: string;
  time: string;
}

export const isSameLabels = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((label) => b.includes(label));

export class Corrections {
  private readonly byId = new Map<string, Correction[]>();

  constructor(readonly log: CorrectionLog) {
    for (const decision of log.decisions) this.take(decision);
  }

  private take({ id, text, before, after, reason, time }: Decision): void {
    const known = this.byId.get(id) ?? [];
    const found = known.find((one) => one.text === text);
    if (found) Object.assign(found, { before: [...found.before, before], after, reason, time });
    else known.push({ id, text, before: [before], after, reason, time });
    this.byId.set(id, known);
  }

  get all(): Correction[] {
    return [...this.byId.values()].flat();
  }

  /** Those that change labels. */
  get changing(): Correction[] {
    return this.all.filter(({ before: [first], after }) => !isSameLabels(first, after));
  }

  of(id: string): readonly Correction[] {
    return this.byId.get(id) ?? [];
  }

  /** SHA-256 of what they change; undefined where that is nothing. */
  get hash(): string | undefined {
    const changes = this.changing
      .map(({ id, text, before: [first], after }) => JSON.stringify([id, text, [...first].sort(), [...after].sort()]))
      .sort();
    return changes.length === 0 ? undefined : createHash('sha256').update(changes.join('\n')).digest('hex');
  }
}

type Note = (code: Finding['code'], message: string) => void;

/** `applied`; `right`: the labels in the file are those that were decided on; else why it is not applied. */
export type CorrectionState = 'applied' | 'right' | 'text-changed' | 'labels-changed' | 'no-document';

export interface JudgedCorrection extends Correction {
  state: CorrectionState;
}

/** What one reading of the dataset makes of the corrections. */
export class CorrectionTally {
  private readonly seen = new Set<Correction>();
  private readonly states = new Map<Correction, CorrectionState>();

  constructor(private readonly corrections: Corrections) {}

  /** Of corrections whose documents were read; of all once the reading is at its end. */
  get judged(): JudgedCorrection[] {
    return [...this.states].map(([correction, state]) => ({ ...correction, state }));
  }

  get counts(): CorrectionCounts {
    const states = [...this.states.values()];
    const applied = states.filter((state) => state === 'applied').length;
    const right = states.filter((state) => state === 'right').length;
    const { file, damaged } = this.corrections.log;
    return { file, applied, right, refused: states.length - applied - right, damaged: damaged.length };
  }

  /** The labels that a document is to have. */
  labelsOf(id: string, document: Pick<Document, 'text' | 'features'>, labels: string[], note: Note): string[] {
    const known = this.corrections.of(id);
    if (known.length === 0) return labels;
    for (const correction of known) this.seen.add(correction);
    const text = textHash(document);
    const found = known.find((one) => one.text === text);
    if (!found) return labels;
    const state = stateOf(found, labels);
    this.states.set(found, state);
    if (state === 'labels-changed')
      note('stale-correction', `The labels of document ${id} have changed since they were corrected: not applied`);
    return state === 'applied' ? [...found.after] : labels;
  }

  /** Once all documents were read: what was not for any of them. */
  finish(findings: Findings): void {
    const { log, all } = this.corrections;
    const note = (code: Finding['code'], message: string, line = 0): void =>
      findings.note({ code, file: log.file, line, message });
    for (const correction of all) {
      if (this.states.has(correction)) continue;
      const isThere = this.seen.has(correction);
      this.states.set(correction, isThere ? 'text-changed' : 'no-document');
      const { id } = correction;
      const why = isThere
        ? `The text of document ${id} has changed since it was corrected`
        : `There is no document ${id}, which was corrected`;
      note('stale-correction', `${why}: not applied`);
    }
    for (const line of log.damaged) note('damaged-correction', 'This line holds no correction: left out', line);
  }
}

function stateOf({ before, after }: Correction, labels: readonly string[]): CorrectionState {
  if (isSameLabels(after, labels)) return 'right';
  return before.some((one) => isSameLabels(one, labels)) ? 'applied' : 'labels-changed';
}

/** The corrections of a dataset, of several files that are one split those beside the first. Throws `UserError`. */
export async function correctionsOf(
  dataset: DatasetFile,
  options: Pick<SourceOptions, 'corrections'> = {},
): Promise<Corrections | undefined> {
  const log = await readCorrections(await firstFileOf(onlyFile(dataset)), options);
  return log && new Corrections(log);
}

/** SHA-256 of what the corrections of a dataset's files change; undefined where that is nothing. Throws `UserError`. */
export async function correctionsHash(
  datasets: readonly DatasetFile[],
  options: Pick<SourceOptions, 'corrections'>,
): Promise<string | undefined> {
  const hashes: (string | undefined)[] = [];
  for (const dataset of datasets) hashes.push((await correctionsOf(dataset, options))?.hash);
  if (hashes.every((hash) => hash === undefined)) return undefined;
  return createHash('sha256').update(JSON.stringify(hashes)).digest('hex');
}
