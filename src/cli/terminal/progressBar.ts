import { Rate, type OnProgress, type Progress } from '../../core/base/progress.ts';
import { bar, clip, duration, grouped, padEnd, percent } from './text.ts';

/** One state of a piece of work. */
interface ProgressState {
  label: string;
  done: number;
  total: number;
  /** Already formatted: "3,412 documents/s". */
  rate: string;
  secondsLeft: number;
  /** Anything more, such as the loss. */
  note?: string;
}

interface ProgressTarget {
  write(text: string): unknown;
  isTTY: boolean;
  columns: number;
}

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const BAR_COLUMNS = 20;

/**
 * A bar that is redrawn in place on a terminal; elsewhere a plain line every ten seconds.
 * Other output of the same stream goes through `print`, which keeps the bar below it.
 */
export class ProgressBar {
  private drawn = '';
  private last = -Infinity;

  constructor(
    private readonly target: ProgressTarget,
    private readonly now: () => number = () => performance.now(),
  ) {}

  update(state: ProgressState): void {
    const time = this.now();
    if (this.last === -Infinity && !this.target.isTTY) this.last = time;
    if (time - this.last < (this.target.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.last = time;
    if (this.target.isTTY) this.draw(progressBar(state, this.target.columns));
    else this.target.write(`${progressLine(state)}\n`);
  }

  /** Shows the progress of work that begins now: how fast it is, and how long the rest takes. */
  follow(labelOf: (progress: Progress) => string): OnProgress {
    let stage: string | undefined;
    let speed = { units: new Rate(), documents: new Rate() };
    return (progress) => {
      const { phase, file, done, total, unit, documents } = progress;
      const isLater = stage !== undefined && stage !== `${phase} ${file}`;
      if (isLater) speed = { units: new Rate(done), documents: new Rate(documents) };
      stage = `${phase} ${file}`;
      const rate =
        documents === undefined
          ? rateText(speed.units.perSecond(done), unit)
          : rateText(speed.documents.perSecond(documents), 'documents');
      const secondsLeft = unit === 'steps' ? 0 : speed.units.secondsFor(total - done, done);
      this.update({ label: labelOf(progress), done, total, rate, secondsLeft });
    };
  }

  /** Whole lines, above the bar. */
  print(text: string): void {
    const bar = this.drawn;
    this.clear();
    this.target.write(`${text}\n`);
    if (bar) this.draw(bar);
  }

  /** Takes the bar away; the next update draws at once on a terminal. */
  clear(): void {
    if (this.drawn) this.target.write('\r\x1b[K');
    this.drawn = '';
    if (this.target.isTTY) this.last = -Infinity;
  }

  private draw(text: string): void {
    this.target.write(`\r\x1b[K${text}`);
    this.drawn = text;
  }
}

function fields(state: ProgressState): string[] {
  const left = state.done < state.total && state.secondsLeft > 0 ? `${duration(state.secondsLeft)} left` : '';
  return [state.rate, left, state.note ?? ''].filter(Boolean);
}

function progressBar(state: ProgressState, columns: number): string {
  const share = state.total ? Math.min(1, state.done / state.total) : 0;
  const text = `${state.label} ▕${padEnd(bar(share, BAR_COLUMNS), BAR_COLUMNS)}▏${percent(share, 0)}  ${fields(state).join('  ')}`;
  return clip(text, Math.max(1, columns - 1)); // a full last column would wrap
}

function progressLine(state: ProgressState): string {
  const share = state.total ? Math.min(1, state.done / state.total) : 0;
  return [`${state.label}: ${percent(share, 0)}`, ...fields(state)].join(', ');
}

/** "12.3 MB/s", "3,412 documents/s"; steps are of different lengths, so that their rate says nothing. */
export function rateText(rate: number, unit: Progress['unit']): string {
  if (unit === 'steps') return '';
  return unit === 'bytes' ? `${grouped(rate / 1e6, 1)} MB/s` : rateOf(rate, unit);
}

/** "3,412 documents/s", with a digit after the point for slow work. */
export const rateOf = (rate: number, unit: string): string => `${grouped(rate, rate < 10 ? 1 : 0)} ${unit}/s`;
