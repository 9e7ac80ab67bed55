import { Cancelled, type Failure } from '../../core/base/errors.ts';
import { el, replaceChildren, type Child } from './el.ts';
import { asFailure, banner, failedState, loadingState, type Action } from './states.ts';

/**
 * What every page has: a header with title, subtitle and actions; banners about what is shown; a notice of what was
 * done or failed; and the content, or what stands in its place.
 */
export class PageFrame {
  private readonly heading = el('h1');
  private readonly subheading = el('p', { class: 'muted subtitle' });
  private readonly actions = el('div', { class: 'actions' });
  private readonly header = el(
    'header',
    { class: 'page-header' },
    el('div', { class: 'grow' }, this.heading, this.subheading),
    this.actions,
  );
  private readonly details = el('div');
  private readonly progress = el('div');
  private readonly banners = el('div', { class: 'banners' });
  private readonly notice = el('div', { attributes: { 'aria-live': 'polite' } });
  private readonly content = el('div');

  constructor(title: string, options: { isHeaderHidden?: boolean } = {}) {
    this.setTitle(title, options);
    document
      .getElementById('root')!
      .append(this.header, this.details, this.progress, this.banners, this.notice, this.content);
  }

  /** A hidden header is there for screen readers alone. */
  setTitle(title: string, { isHeaderHidden = false } = {}): void {
    this.heading.textContent = title;
    this.header.classList.toggle('visually-hidden', isHeaderHidden);
  }

  setSubtitle(...parts: (string | false | undefined)[]): void {
    this.subheading.textContent = parts.filter(Boolean).join(' · ');
  }

  setActions(...actions: Child[]): void {
    replaceChildren(this.actions, ...actions);
  }

  /** What belongs to the header, and stays whatever the content is. */
  setDetails(...details: Child[]): void {
    replaceChildren(this.details, ...details);
  }

  /** What goes on while the content is there. */
  setProgress(progress: HTMLElement): void {
    replaceChildren(this.progress, progress);
  }

  setBanners(...banners: Child[]): void {
    replaceChildren(this.banners, ...banners);
  }

  clearNotice(): void {
    replaceChildren(this.notice);
  }

  show(...content: Child[]): void {
    replaceChildren(this.content, ...content);
  }

  showLoading(text: string): void {
    this.show(loadingState(text));
  }

  showFailure(failure: Failure, retry: () => void, ...remedies: Action[]): void {
    this.show(failedState(failure, retry, ...remedies));
  }

  /** Does something that may fail: a failure is shown above the content, and so is what it returns to say; what was stopped says nothing. */
  readonly perform = (work: () => Promise<string | undefined | void>): void => {
    this.clearNotice();
    work().then(
      (said) => typeof said === 'string' && replaceChildren(this.notice, banner('info', said)),
      (error: unknown) => {
        if (error instanceof Cancelled) return;
        const { message, remedy } = asFailure(error);
        replaceChildren(this.notice, banner('warning', `${message}. ${remedy}`));
      },
    );
  };
}
