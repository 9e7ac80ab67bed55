/** How far a piece of work is: what every long function reports, every process passes on and every face shows. */
export interface Progress<Phase extends string = string> {
  phase: Phase;
  /** Of the phase, or of `file` where several are read one after the other. */
  done: number;
  /** 0 where it is not known. */
  total: number;
  unit: 'bytes' | 'words' | 'documents' | 'steps' | 'labels';
  /** Documents so far, where bytes are counted. */
  documents?: number;
  /** The file that is read or written. */
  file?: string;
  /** The pass over files that this is, from 1, and how many there are. */
  pass?: number;
  passes?: number;
}

/** Events of a run, which have a `type`, keep their own pace. */
export const isProgress = (event: unknown): event is Progress =>
  typeof event === 'object' && event !== null && 'phase' in event && 'done' in event && !('type' in event);

export type OnProgress<Phase extends string = string> = (progress: Progress<Phase>) => void;

/** What long work takes besides its input. It may report its progress often: whoever passes it on throttles it. */
export interface WorkOptions<Phase extends string = string> {
  signal?: AbortSignal;
  onProgress?: OnProgress<Phase>;
}

/** What is due at most every so many milliseconds. Faces cannot show more, and reporting must not slow the work. */
export class Throttle {
  private last = -Infinity;

  constructor(private readonly milliseconds = 100) {}

  due(): boolean {
    const now = performance.now();
    if (now - this.last < this.milliseconds) return false;
    this.last = now;
    return true;
  }
}

/** Passes progress on at most ten times a second; beginning and end of each phase, file and pass at once. */
export function throttled<Phase extends string>(emit: OnProgress<Phase>): OnProgress<Phase> {
  const throttle = new Throttle();
  let before = '';
  return (progress) => {
    const { phase, file, pass, done, total } = progress;
    const stage = JSON.stringify([phase, file, pass, done >= total]);
    const isDue = throttle.due();
    if (!isDue && stage === before) return;
    before = stage;
    emit(progress);
  };
}

/** Progress over several files as one, of `total` bytes together. */
export function overFiles(total: number, onProgress: OnProgress): OnProgress {
  let finished = 0;
  let before: Progress | undefined;
  return (progress) => {
    const { phase, unit, file, done } = progress;
    if (before && (file !== before.file || done < before.done)) finished += before.total;
    before = progress;
    onProgress({ phase, unit, done: Math.min(finished + done, total), total });
  };
}

/** How fast work is since this was made, and how long the rest of it takes. */
export class Rate {
  private readonly started = performance.now();

  /** @param first units that were done before */
  constructor(private readonly first = 0) {}

  perSecond(done: number): number {
    const seconds = (performance.now() - this.started) / 1000;
    return seconds > 0 ? (done - this.first) / seconds : 0;
  }

  /** Seconds for `left` more units at the present rate; 0 while there is none. */
  secondsFor(left: number, done: number): number {
    const rate = this.perSecond(done);
    return rate > 0 ? Math.max(0, left) / rate : 0;
  }
}
