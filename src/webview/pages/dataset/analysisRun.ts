import type { Progress } from '../../../core/base/progress.ts';
import type { Coverage } from '../../../core/explore/analysis/analysisApi.ts';
import type { SplitSnapshot } from '../../../core/explore/inspectionApi.ts';
import type { CallOptions } from '../../../rpc/call.ts';
import type { AnalysisName } from '../../protocol.ts';
import {
  asFailure,
  banner,
  el,
  emptyState,
  failedState,
  loadingState,
  progressRow,
  replaceChildren,
  type ProgressElement,
} from '../../ui/index.ts';
import type { Context } from './datasetState.ts';
import { amount, bytes, count, fileName } from '../../amounts.ts';
import { t } from '../../l10n.ts';

/** Bytes above which a pass waits for a button. */
const longAbove = 50e6;

interface AnalysisOptions<Result> {
  name: AnalysisName;
  /** What it does, such as `Find the Words`; the button's text. */
  action: string;
  /** What it finds, for the text beside the button: `The words that mark labels and documents`. */
  what: string;
  /** Splits that are read once each, and further files that are read `others` times. */
  reads(): readonly SplitSnapshot[];
  others?(): number;
  /** Identifies a run: of this split, against that file. */
  key(): string;
  /** `again`: though it was stopped before, and what it found until then is known. */
  start(again: boolean, options: CallOptions<Progress>): Promise<Result>;
  coverage(result: Result): Coverage | undefined;
  /** Shows the result, or clears it away. */
  show(result: Result | undefined): void;
}

/** How an analysis stands, above what it found: it waits, runs, was stopped, failed, or is done and says nothing. */
export class Analysis<Result> {
  readonly element = el('div', { class: 'analysis' });
  private key: string | undefined;
  private phase: 'none' | 'running' | 'failed' | 'done' = 'none';
  private bar: ProgressElement | undefined;

  constructor(
    private readonly context: Context,
    private readonly options: AnalysisOptions<Result>,
  ) {}

  get isDone(): boolean {
    return this.phase === 'done' && this.key === this.options.key();
  }

  /** Begins where it is time to: the files are read, and this is not long or was begun before. */
  update(): void {
    const { context, options } = this;
    const key = options.key();
    if (this.key === key && this.phase !== 'none') return;
    this.key = key;
    this.phase = 'none';
    options.show(undefined);
    if (context.isReading)
      return replaceChildren(this.element, loadingState(t('Begins as soon as all files are read')));
    if (this.size() > longAbove && !context.analysed.has(options.name)) return this.offer();
    this.start();
  }

  private showProgress({ pass = 1, passes = 1, file = '', done, total, documents = 0 }: Progress): void {
    const which = passes > 1 ? `${t('Pass {0} of {1}', pass, passes)}, ` : '';
    const text = `${which}${t('{0}: {1} of {2}', fileName(file), bytes(done), bytes(total))} · ${amount.documents(documents)}`;
    this.bar?.set(total ? (pass - 1 + done / total) / passes : undefined, text);
  }

  private size(): number {
    return this.options.reads().reduce((sum, { totalBytes }) => sum + totalBytes, 0);
  }

  private offer(): void {
    const { what, action, reads, others } = this.options;
    const files = reads().length;
    const passes = files + (others?.() ?? 0);
    const size = bytes(this.size());
    const read = [
      files === 1 ? t('1 file of {0}', size) : t('{0} files of {1} together', count(files), size),
      ...(others?.() ? [t('the other file')] : []),
    ].join(', ');
    const text =
      passes === 1 ? t('{0}: 1 pass over {1}.', what, read) : t('{0}: {1} passes over {2}.', what, count(passes), read);
    replaceChildren(this.element, emptyState(action, text, { label: action, run: () => this.start() }));
  }

  private start(again = false): void {
    const { context, options } = this;
    const key = (this.key = options.key());
    this.phase = 'running';
    options.show(undefined);
    const stop = new AbortController();
    const bar = (this.bar = progressRow(options.action, () => stop.abort()));
    replaceChildren(this.element, bar.element);
    const isShown = (): boolean => this.key === key && this.bar === bar;
    const onEvent = (progress: Progress): void => {
      if (isShown()) this.showProgress(progress);
    };
    options.start(again, { signal: stop.signal, onEvent }).then(
      (result) => {
        context.analysed.add(options.name);
        if (isShown()) this.finish(result);
      },
      (error: unknown) => {
        if (!isShown()) return;
        this.phase = 'failed';
        replaceChildren(
          this.element,
          failedState(asFailure(error), () => this.start(true)),
        );
      },
    );
  }

  private finish(result: Result): void {
    const { options } = this;
    this.phase = 'done';
    this.bar = undefined;
    const covered = options.coverage(result);
    const isPartial = covered !== undefined && covered.documents < covered.of;
    replaceChildren(
      this.element,
      isPartial &&
        banner(
          'partial',
          t(
            'Stopped after {0} of {1}; what stands below is of these alone.',
            count(covered.documents),
            amount.documents(covered.of),
          ),
          { label: t('Read All'), run: () => this.start(true) },
        ),
    );
    if (isPartial && covered.documents === 0) return;
    options.show(result);
  }
}
