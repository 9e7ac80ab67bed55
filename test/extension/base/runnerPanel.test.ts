import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/base/errors.ts';
import type { DatasetSnapshot } from '../../../src/core/explore/inspectionApi.ts';
import type { Scored } from '../../../src/core/predict/scored.ts';
import type { CallOptions } from '../../../src/rpc/call.ts';
import type { Services } from '../../../src/extension/base/services.ts';
import { ClustersPanel } from '../../../src/extension/clusters/clustersPanel.ts';
import { DatasetPanel } from '../../../src/extension/datasets/datasetPanel.ts';
import { ReviewPanel } from '../../../src/extension/review/reviewPanel.ts';
import { PredictionsPanel } from '../../../src/extension/predictions/predictionsPanel.ts';
import type { PageName, RunnerPage } from '../../../src/webview/protocol.ts';
import { FakePanel } from '../fakePage.ts';
import { watchers } from '../fakeVscode.ts';

vi.mock('vscode', async () => (await import('../fakeVscode.ts')).vscode);

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A call that a panel has made of its process, to be settled by the test. */
interface MadeCall {
  method: string;
  params: unknown;
  options: CallOptions<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

class FakeRunner {
  readonly calls: MadeCall[] = [];
  isDisposed = false;
  end!: () => void;
  readonly exited = new Promise<void>((resolve) => (this.end = resolve));
  call(method: string, params: unknown, options: CallOptions<unknown> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => this.calls.push({ method, params, options, resolve, reject }));
  }
  dispose(): void {
    this.isDisposed = true;
  }
}

let runners: FakeRunner[] = [];
const services = {
  context: {
    extensionUri: { fsPath: '/extension' },
    workspaceState: { get: (_key: string, value: unknown) => value, update: async () => {} },
  },
  log: { warn: () => {}, error: () => {} },
  startRunner: () => runners[runners.push(new FakeRunner()) - 1],
} as unknown as Services;

beforeEach(() => {
  runners = [];
  watchers.length = 0;
});

const file = '/data/rcv.p';
const snapshot = { splits: ['train', 'test'].map((part) => ({ split: part, file, part })) } as DatasetSnapshot;

function datasetPanel() {
  const view = new FakePanel<'dataset'>();
  const panel = new DatasetPanel(services, undefined as never, view as never, `${file}#train`, {});
  return { view, panel };
}

const typesOf = <P extends PageName>({ events }: ReturnType<FakePanel<P>['load']>): string[] =>
  events.map(({ type }) => type);

/** What the process is asked to open. */
async function opening(): Promise<MadeCall> {
  await vi.waitFor(() => expect(runners.at(-1)?.calls[0]).toMatchObject({ method: 'open' }));
  return runners.at(-1)!.calls[0];
}

describe('a panel with a process', () => {
  it('reports what happened before the page was there once', async () => {
    const { view } = datasetPanel();
    const { options, resolve } = await opening();
    options.onEvent?.(snapshot);
    const page = view.load();
    await settled();
    expect(typesOf(page)).toEqual(['opening', 'snapshot']);
    resolve(snapshot);
    await settled();
    expect(page.events.slice(2)).toEqual([{ type: 'snapshot', snapshot, reading: false }]);
  });

  it('forwards the calls of its page, cancels them with it, and keeps what is its own', async () => {
    const { view } = datasetPanel();
    (await opening()).resolve(snapshot);
    const { page } = view.load();
    const stop = new AbortController();
    const found = page.call('documents', { split: 'train', offset: 0, limit: 1 }, { signal: stop.signal });
    await settled();
    const call = runners[0].calls[1];
    expect(call).toMatchObject({ method: 'documents', params: { split: 'train', offset: 0, limit: 1 } });
    stop.abort();
    await settled();
    expect(call.options.signal?.aborted).toBe(true);
    call.reject(new Cancelled());
    await expect(found).rejects.toBeInstanceOf(Cancelled);
    for (const method of ['open', 'record'] as const)
      await expect(page.call(method as 'reload', undefined)).rejects.toThrow(`No method ${method}`);
    expect(runners[0].calls).toHaveLength(2);
  });

  it('lets an analysis go on where the page is hidden, and reports it to the page that comes after', async () => {
    const { view } = datasetPanel();
    (await opening()).resolve(snapshot);
    await settled();
    view
      .load()
      .page.call('readWords', { split: 'train' })
      .catch(() => {});
    await settled();
    view.hide();
    const second = view.load();
    const progress: unknown[] = [];
    const words = second.page.call('readWords', { split: 'train' }, { onEvent: (event) => progress.push(event) });
    await settled();
    expect(second.events[0]).toMatchObject({ type: 'opening', analysed: ['readWords'] });
    const [, call, ...more] = runners[0].calls;
    expect(more).toEqual([]);
    expect(call.options.signal?.aborted).toBe(false);
    call.options.onEvent?.({ phase: 'reading', done: 1, total: 2, unit: 'bytes' });
    call.resolve({ documents: 3 });
    expect(await words).toEqual({ documents: 3 });
    expect(progress).toHaveLength(1);
  });

  it('reads previews in a process beside the one that opens, and leaves one that an earlier choice holds up', async () => {
    const { view, panel } = datasetPanel();
    await opening();
    const { page } = view.load();
    const stop = new AbortController();
    const first = page.call('preview', { options: { format: 'csv' } }, { signal: stop.signal });
    await settled();
    const [opener, slow] = runners;
    expect(slow.calls).toMatchObject([
      { method: 'preview', params: { file, part: 'train', options: { format: 'csv' } } },
    ]);
    stop.abort();
    await settled();
    expect(slow.calls[0].options.signal?.aborted).toBe(true);
    const second = page.call('preview', { options: {} });
    await vi.waitFor(() => expect(runners).toHaveLength(3), 5000);
    expect([opener.isDisposed, slow.isDisposed, runners.length]).toEqual([false, true, 3]);
    slow.calls[0].reject(new UserError('runner-crashed', 'It ended', 'Try again.'));
    runners[2].calls[0].resolve({ rows: [] });
    await expect(first).rejects.toBeInstanceOf(Cancelled);
    expect(await second).toEqual({ rows: [] });
    const next = new AbortController();
    const third = page.call('preview', { options: {} }, { signal: next.signal });
    await settled();
    next.abort();
    const fourth = page.call('preview', { options: {} });
    await settled();
    expect(runners[2].calls).toHaveLength(2);
    runners[2].calls[1].reject(new Cancelled()); // it leaves off in time
    await expect(third).rejects.toBeInstanceOf(Cancelled);
    await vi.waitFor(() => expect(runners[2].calls).toHaveLength(3));
    runners[2].calls[2].reject(new UserError('empty-file', 'It is empty', 'Fill it.'));
    await expect(fourth).rejects.toThrow('It is empty');
    expect(runners).toHaveLength(3);
    panel.dispose();
    expect(runners[2].isDisposed).toBe(true);
  });

  it('reads the dataset anew as it was chosen, also where it could not be read before, and keeps that for the next page', async () => {
    const { view } = datasetPanel();
    (await opening()).reject(new UserError('unknown-format', 'No format', 'Name one.'));
    const { page } = view.load();
    await settled();
    await page.call('readWith', { options: { format: 'csv', labelSeparator: 'none' } });
    await vi.waitFor(() => expect(runners).toHaveLength(2));
    const options = { format: 'csv', labelSeparator: 'none' };
    expect((await opening()).params).toMatchObject({ file, options });
    view.hide();
    const { events } = view.load();
    await settled();
    expect(events[0]).toMatchObject({ type: 'opening', state: { options } });
  });

  it('ends its process and opens in another when it is reloaded', async () => {
    const { view } = datasetPanel();
    const { options, resolve } = await opening();
    options.onEvent?.(snapshot);
    const page = view.load();
    await page.page.call('reload', undefined);
    const [first] = runners;
    expect(first.isDisposed && watchers.every(({ isDisposed }) => isDisposed)).toBe(true);
    expect(options.signal?.aborted).toBe(true);
    await opening();
    options.onEvent?.(snapshot); // too late
    resolve(snapshot);
    await settled();
    expect(runners).toHaveLength(2);
    expect(typesOf(page)).toEqual(['opening', 'snapshot', 'opening']);
  });

  it('reports what failed, was stopped, or crashed, also to the next page', async () => {
    const endings: [string, (call: MadeCall) => void][] = [
      ['failed', ({ reject }) => reject(new UserError('empty-file', 'It is empty', 'Fill it.'))],
      ['cancelled', ({ reject }) => reject(new Cancelled())],
      ['failed', ({ resolve }) => (resolve(snapshot), runners.at(-1)!.end())],
    ];
    for (const [type, settle] of endings) {
      const { view } = datasetPanel();
      settle(await opening());
      await settled();
      view.load();
      view.hide();
      const page = view.load();
      await settled();
      expect(typesOf(page)).toEqual(['opening', type]);
      expect(runners.at(-1)!.isDisposed).toBe(true);
    }
  });
});

describe('a pickle that changes on disk makes stale', () => {
  const panels: Record<RunnerPage, () => FakePanel<RunnerPage>> = {
    dataset: () => datasetPanel().view,
    clusters: () => {
      const view = new FakePanel<'clusters'>();
      new ClustersPanel(services, view as never, { path: `${import.meta.filename}#train`, options: {} });
      return view;
    },
    predictions: () => {
      const view = new FakePanel<'predictions'>();
      const runs = { titleOf: () => 'one' };
      new PredictionsPanel(services, view as never, '/runs/one', { kind: 'split', split: 'test' }, runs as never);
      return view;
    },
    review: () => {
      const view = new FakePanel<'review'>();
      const state = { path: `${import.meta.filename}#train`, options: {} };
      new ReviewPanel(services, view as never, state, () => Promise.resolve(undefined));
      return view;
    },
  };

  it.each<[RunnerPage, object, string]>([
    ['dataset', snapshot, file],
    ['clusters', { settings: {} }, import.meta.filename],
    ['review', { counts: {} }, import.meta.filename],
    ['predictions', { kind: 'set', file, part: 'test' } satisfies Partial<Scored>, file],
  ])('%s', async (name, opened, changed) => {
    const page = panels[name]().load();
    const { options, resolve } = await opening();
    if (name === 'dataset') options.onEvent?.(opened);
    resolve(opened);
    await settled();
    for (const watcher of watchers) watcher.change(`${changed}x`);
    await settled();
    expect(typesOf(page)).not.toContain('stale');
    for (const watcher of watchers) watcher.change(changed);
    await settled();
    expect(page.events.at(-1)).toEqual({ type: 'stale', file: changed });
  });
});
