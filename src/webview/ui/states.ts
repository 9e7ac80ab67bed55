import { toFailure, UserError, type Failure } from '../../core/base/errors.ts';
import { progress, type ProgressElement } from './controls.ts';
import { el } from './el.ts';
import { icon, type IconName } from './icon.ts';
import { button, spinner } from './toolkit.ts';
import { t } from '../l10n.ts';

/** An error of a call, or of the page, as the user is to see it. */
export function asFailure(error: unknown): Failure {
  if (error instanceof UserError) return toFailure(error);
  console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message, remedy: t('This is a fault of XML-CNN itself: please report it.'), place: {} };
}

export interface Action {
  label: string;
  icon?: IconName;
  run(): void;
}

/** The first is what most will want. */
const actionButtons = (actions: readonly Action[]): HTMLElement | false =>
  actions.length > 0 &&
  el(
    'div',
    { class: 'state-actions' },
    ...actions.map(({ label, icon, run }, index) =>
      button(label, run, { appearance: index === 0 ? 'primary' : 'secondary', icon }),
    ),
  );

/** There is nothing to show, and what can be done about it. */
export function emptyState(title: string, text: string, ...actions: Action[]): HTMLElement {
  return el('section', { class: 'state' }, el('h2', {}, title), el('p', {}, text), actionButtons(actions));
}

/** Something is being read or computed; `progress` between 0 and 1 where it is known. */
export function loadingState(text: string, options: { progress?: number; onCancel?(): void } = {}): HTMLElement {
  const { onCancel } = options;
  return el(
    'section',
    { class: 'state', attributes: { role: 'status' } },
    options.progress === undefined ? spinner() : undefined,
    options.progress === undefined ? el('p', {}, text) : progress(text, options.progress).element,
    onCancel && button(t('Cancel'), onCancel),
  );
}

/** A bar across the page, with a button that stops what goes on. */
export function progressRow(text: string, onCancel: () => void): ProgressElement {
  const bar = progress(text);
  const cancel = button(t('Cancel'), onCancel, { icon: 'stop' });
  return { ...bar, element: el('div', { class: 'progress-row' }, bar.element, cancel) };
}

/** What went wrong, its remedy in words, and what can be done here: the actions that fix it, or trying again. */
export function failedState(failure: Failure, retry?: () => void, ...remedies: Action[]): HTMLElement {
  const { file, line } = failure.place;
  const again: Action[] = retry ? [{ label: t('Try Again'), icon: 'refresh', run: retry }] : [];
  return el(
    'section',
    { class: 'state failed', attributes: { role: 'alert' } },
    el('h2', {}, icon('error'), failure.message),
    el('p', {}, failure.remedy),
    file !== undefined && el('p', { class: 'muted path' }, line === undefined ? file : `${file}:${line}`),
    actionButtons([...remedies, ...again]),
  );
}

type BannerKind = 'stale' | 'partial' | 'warning' | 'info';

/** A line above content that is not all it could be. */
export function banner(kind: BannerKind, text: string, action?: Action): HTMLElement {
  return el(
    'div',
    { class: `banner ${kind}`, attributes: { role: 'status' } },
    icon(kind === 'warning' ? 'warning' : kind === 'stale' ? 'refresh' : 'info'),
    el('span', { class: 'grow' }, text),
    action && button(action.label, action.run),
  );
}
