import { Cancelled } from './errors.ts';

/** Keeps long work polite: call `due` often, and `await rest()` where it says so. */
export class Pace {
  private since = performance.now();

  constructor(
    private readonly signal?: AbortSignal,
    private readonly milliseconds = 40,
  ) {}

  due(): boolean {
    return performance.now() - this.since >= this.milliseconds;
  }

  /** Lets the event loop turn once; throws Cancelled where the signal is aborted. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.signal?.aborted) throw new Cancelled();
    this.since = performance.now();
  }
}
