/** Documents per second since it was made, and when the next event is due. */
export class Rate {
  private readonly started = performance.now();
  private lastEvent = -Infinity;

  /** @param first units that were done before */
  constructor(private readonly first = 0) {}

  seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  perSecond(done: number): number {
    const seconds = this.seconds();
    return seconds > 0 ? (done - this.first) / seconds : 0;
  }

  /** Seconds for `left` more units at the present rate; 0 while there is none. */
  secondsFor(left: number, done: number): number {
    const rate = this.perSecond(done);
    return rate > 0 ? left / rate : 0;
  }

  /** At most ten times a second: faces cannot show more, and events must not slow the training. */
  due(): boolean {
    const now = performance.now();
    if (now - this.lastEvent < 100) return false;
    this.lastEvent = now;
    return true;
  }
}
