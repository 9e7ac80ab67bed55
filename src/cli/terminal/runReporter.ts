import { parseMonitor } from '../../core/config/monitor.ts';
import type { RunConfig } from '../../core/config/runConfig.ts';
import type { Metrics } from '../../core/base/metrics.ts';
import type { RunEvent } from '../../core/base/events.ts';
import { formatMetric } from '../../core/metrics/metricText.ts';
import { rateOf, rateText } from './progressBar.ts';
import type { Terminal } from './terminal.ts';
import { duration, sanitise } from './text.ts';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

const phases: Record<EventOf<'phase'>['phase'], string> = {
  reading: 'Reading',
  preparing: 'Preparing',
  word2vec: 'Training word vectors',
  linear: 'Linear model',
  training: 'Training',
  validating: 'Validating',
  retraining: 'Retraining on all documents',
  testing: 'Evaluating',
  baselines: 'Measuring baselines',
};

/** Shows a run's events: a bar for what goes on, a line for what is done. */
export class RunReporter {
  private phase = '';
  private announced = '';
  private readonly shown: string[];

  constructor(
    private readonly terminal: Terminal,
    /** Absent where nothing is trained. */
    config?: RunConfig,
  ) {
    const ranking = config?.evaluation.k.map((k) => `P@${k}`) ?? [];
    this.shown = [...new Set([...ranking, ...(config ? parseMonitor(config.training.monitor).terms : [])])];
  }

  readonly handle = (event: RunEvent): void => {
    switch (event.type) {
      case 'phase':
        return this.onPhase(event);
      case 'progress':
        return this.onProgress(event);
      case 'step':
        return this.onStep(event);
      case 'epoch':
        return this.onEpoch(event);
      case 'notice':
        return event.level === 'warning'
          ? this.terminal.warn(sanitise(event.message))
          : this.terminal.log(sanitise(event.message));
      case 'checkpoint':
        if (event.reason === 'interrupted') this.terminal.log(`Saved ${sanitise(event.path)}`);
        return;
      case 'evaluated':
      case 'baseline':
      case 'done':
        return this.terminal.progress.clear();
    }
  };

  /** A change of phase is a line, but for the turns between training and validating. */
  private onPhase({ phase, message }: EventOf<'phase'>): void {
    this.phase = phases[phase];
    this.terminal.progress.clear();
    if (phase === 'validating' || this.announced === phase) return;
    this.announced = phase;
    const { dim } = this.terminal.logStyle;
    this.terminal.log(dim(`${this.phase}${message ? ` (${sanitise(message)})` : ''} …`));
  }

  private onProgress({ done, total, unit, rate, secondsLeft }: EventOf<'progress'>): void {
    this.terminal.progress.update({ label: this.phase, done, total, rate: rateText(rate, unit), secondsLeft });
  }

  private onStep({ epoch, epochs, done, total, documentsPerSecond, secondsLeft, loss }: EventOf<'step'>): void {
    this.terminal.progress.update({
      label: `Epoch ${epoch}/${epochs}`,
      done,
      total,
      rate: rateOf(documentsPerSecond, 'documents'),
      secondsLeft,
      note: `loss ${loss.toPrecision(3)}`,
    });
  }

  private onEpoch(event: EventOf<'epoch'>): void {
    const { epoch, epochs, trainLoss, validation, seconds, documentsPerSecond, isBest } = event;
    const { bold, green } = this.terminal.logStyle;
    const figures = validation ? this.figures(validation) : [];
    const line = [
      `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
      `loss ${trainLoss.toPrecision(4)}`,
      ...figures,
      `${duration(seconds)}, ${rateOf(documentsPerSecond, 'documents')}`,
    ].join('  ');
    this.terminal.log(isBest && validation ? `${bold(line)}  ${green('best')}` : line);
  }

  private figures(metrics: Metrics): string[] {
    return this.shown.filter((name) => name in metrics).map((name) => `${name} ${formatMetric(name, metrics[name])}`);
  }
}
