import * as vscode from 'vscode';
import type { Progress } from '../../core/base/progress.ts';
import type { EventOf, MethodOf, ParamsOf, ResultOf } from '../../rpc/call.ts';
import type { ServiceName, Services as RunnerServices } from '../../runner/protocol.ts';
import { withoutLinks } from './notices.ts';
import type { Services } from './services.ts';

/** What the notification shows of an event. */
export interface Shown {
  /** Of the whole; none where the event does not count. */
  percent?: number;
  message: string;
}

export const percentDone = ({ done, total }: Pick<Progress, 'done' | 'total'>): number =>
  total > 0 ? (100 * done) / total : 0;

/**
 * Asks a process of its own, with a notification that shows how far it is and can be cancelled.
 * Throws what the call throws; `Cancelled` where the user cancels.
 */
export async function callNotified<S extends ServiceName, M extends MethodOf<RunnerServices[S]>>(
  services: Services,
  service: S,
  title: string,
  method: M,
  params: ParamsOf<RunnerServices[S], M>,
  show: (event: EventOf<RunnerServices[S], M>) => Shown,
): Promise<ResultOf<RunnerServices[S], M>> {
  const options = { location: vscode.ProgressLocation.Notification, title: withoutLinks(title), cancellable: true };
  const client = services.startRunner(service);
  try {
    return await vscode.window.withProgress(options, (progress, token) => {
      const cancelled = new AbortController();
      token.onCancellationRequested(() => cancelled.abort());
      let before = 0;
      const onEvent = (event: EventOf<RunnerServices[S], M>): void => {
        const { percent = before, message } = show(event);
        progress.report({ increment: percent - before, message });
        before = percent;
      };
      return client.call(method, params, { signal: cancelled.signal, onEvent });
    });
  } finally {
    client.dispose();
  }
}
