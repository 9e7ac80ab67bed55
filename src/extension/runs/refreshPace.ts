/** Time between two refreshes at least, in milliseconds. */
const pause = 400;
/** An answer is not waited for longer, in milliseconds: a hidden view never asks for its rows. */
const patience = 5000;

/**
 * Gathers the changes of a view and passes them on when the editor has drawn the former ones: it draws them one after
 * the other, so that a view which hears of changes faster than its window draws would fall behind by minutes.
 * A change of `undefined` means the whole view, and takes in all others.
 */
export class RefreshPace<Node> {
  private readonly stale = new Set<Node | undefined>();
  private timer?: NodeJS.Timeout;
  private waiting = false;

  constructor(private readonly refresh: (node: Node | undefined) => void) {}

  /** A row changed, or all of them. */
  change(node: Node | undefined): void {
    this.stale.add(node);
    if (!this.waiting) this.timer ??= setTimeout(() => this.pass(), pause);
  }

  /** The editor asks for rows, or answers otherwise: it is done with what it heard before. */
  answered(): void {
    if (!this.waiting) return;
    this.waiting = false;
    clearTimeout(this.timer);
    this.timer = this.stale.size > 0 ? setTimeout(() => this.pass(), pause) : undefined;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.stale.clear();
  }

  private pass(): void {
    const changes = this.stale.has(undefined) ? [undefined] : [...this.stale];
    this.stale.clear();
    this.waiting = true;
    this.timer = setTimeout(() => this.answered(), patience);
    for (const change of changes) this.refresh(change);
  }
}
