import { expect, it, vi } from 'vitest';
import { UserError } from '../../../src/core/base/errors.ts';
import { callerGone } from '../../../src/rpc/call.ts';
import type { Services } from '../../../src/extension/base/services.ts';
import { WebviewHost } from '../../../src/extension/base/webviewHost.ts';
import { FakePanel } from '../fakePage.ts';

vi.mock('vscode', async () => (await import('../fakeVscode.ts')).vscode);

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

function shown() {
  const panel = new FakePanel<'compare'>();
  const log = { warn: vi.fn(), error: vi.fn() };
  const services = { context: { extensionUri: { fsPath: '/extension' } }, log } as unknown as Services;
  const reload = vi.fn();
  const host: WebviewHost<'compare'> = new WebviewHost(
    services,
    panel as never,
    'compare',
    {
      copyMarkdown: () => Promise.reject(new UserError('too-big', 'It is too big', 'Make it smaller.')),
      saveImage: () => {},
      chooseBaseline: () => {},
      chooseRuns: () => {},
      showMetrics: () => {},
      reload,
    },
    () => host.push({ type: 'stale', names: ['all'] }),
  );
  return { panel, host, log, reload };
}

it('reports everything when a page begins to listen, and nothing twice', async () => {
  const { panel, host } = shown();
  expect(host.push({ type: 'stale', names: ['before any page'] })).toBe(false);
  const { events } = panel.load();
  expect(host.push({ type: 'stale', names: ['now'] })).toBe(true);
  await settled();
  expect(events).toEqual([
    { type: 'stale', names: ['all'] },
    { type: 'stale', names: ['now'] },
  ]);
});

it('posts nothing while the page is hidden, and everything to the page that comes after it', async () => {
  const { panel, host } = shown();
  const first = panel.load();
  await settled();
  panel.hide();
  panel.posted.mockClear();
  expect(host.push({ type: 'stale', names: ['unseen'] })).toBe(false);
  const second = panel.load();
  await settled();
  expect(first.events).toHaveLength(1);
  expect(second.events).toEqual([{ type: 'stale', names: ['all'] }]);
  expect(panel.posted).toHaveBeenCalledTimes(1);
});

it('ends the calls of a page that is hidden or loaded again, and answers none of them to the next', async () => {
  for (const isHidden of [true, false]) {
    const { panel, reload } = shown();
    let signal: AbortSignal | undefined;
    reload.mockImplementation(
      (_: unknown, context: { signal: AbortSignal }) =>
        new Promise<void>((resolve) => {
          ({ signal } = context);
          signal.addEventListener('abort', () => resolve());
        }),
    );
    const { page } = panel.load();
    const answered = vi.fn();
    void page.call('reload', undefined).then(answered);
    await settled();
    if (isHidden) panel.hide();
    panel.load();
    await settled();
    expect(signal?.reason).toBe(callerGone);
    expect(answered).not.toHaveBeenCalled();
    expect(panel.posted.mock.calls.map(([{ type }]) => type as string)).toEqual(['event', 'event']);
  }
});

it('answers with what a method throws, and logs it', async () => {
  const { panel, log } = shown();
  const { page } = panel.load();
  await expect(page.call('copyMarkdown', { allKeys: true })).rejects.toMatchObject({ code: 'too-big' });
  await expect(page.call('constructor' as 'reload', undefined)).rejects.toThrow('No method constructor');
  expect(log.warn).toHaveBeenCalledTimes(1);
  expect(log.error).toHaveBeenCalledTimes(1);
});

it('takes no message that is no call', async () => {
  const { panel, log, reload } = shown();
  for (const message of ['reload', { type: 'call', id: 1, method: 'reload' }]) panel.send(message); // no page listens yet
  panel.load();
  panel.send({ type: 'call', id: 'x', method: 'reload' });
  await settled();
  expect(reload).not.toHaveBeenCalled();
  expect(log.warn).toHaveBeenCalledTimes(3);
});
