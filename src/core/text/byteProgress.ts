import type { RunEvent } from '../base/events.ts';

const interval = 100; // milliseconds between two events

/** Progress events of one phase, in bytes over all its files; at most ten a second. */
export class ByteProgress {
  private readonly started = performance.now();
  private last = -Infinity;
  private finished = 0;

  constructor(
    private readonly phase: string,
    private readonly total: number,
    private readonly onEvent: (event: RunEvent) => void,
  ) {}

  /** Bytes of the present file that are done. */
  at(bytes: number): void {
    const now = performance.now();
    if (now - this.last < interval) return;
    this.last = now;
    this.tell(this.finished + bytes, now);
  }

  /** The present file, of `bytes` bytes, is done. */
  fileDone(bytes: number): void {
    this.finished += bytes;
    this.tell(this.finished, performance.now());
  }

  private tell(read: number, now: number): void {
    const done = Math.min(read, this.total);
    const rate = done / Math.max(1e-3, (now - this.started) / 1000);
    const secondsLeft = rate > 0 ? (this.total - done) / rate : Infinity;
    this.onEvent({ type: 'progress', phase: this.phase, done, total: this.total, unit: 'bytes', rate, secondsLeft });
  }
}
