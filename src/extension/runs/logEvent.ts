import type * as vscode from 'vscode';
import type { RunEvent } from '../../core/base/events.ts';
import { percent } from './jobText.ts';

/** Writes what is worth keeping of a job's events to the log; steps are not. */
export function logEvent(log: vscode.LogOutputChannel, title: string, event: RunEvent): void {
  switch (event.type) {
    case 'begun':
      return log.info(`${title}: ${event.isResumed ? 'resumes in' : 'writes to'} ${event.folder}`);
    case 'phase':
      return log.debug(`${title}: ${event.phase}${event.message ? ` (${event.message})` : ''}`);
    case 'notice':
      return event.level === 'warning'
        ? log.warn(`${title}: ${event.message}`)
        : log.info(`${title}: ${event.message}`);
    case 'epoch': {
      const precision = event.validation?.['P@1'];
      const figure = precision === undefined ? '' : `, P@1 ${percent(precision)}`;
      return log.info(`${title}: epoch ${event.epoch}, loss ${event.trainLoss.toPrecision(4)}${figure}`);
    }
    case 'checkpoint':
      return log.debug(`${title}: wrote ${event.path}`);
    case 'done':
      return log.info(`${title}: ${event.stopped} after ${event.epochs} epochs`);
    default:
      return;
  }
}
