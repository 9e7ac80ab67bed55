import type { Document } from '../../data/document.ts';
import { UserError } from '../../base/errors.ts';
import type { SplitInspection } from '../splitInspection.ts';
import type { AnalysisProgress } from './analysed.ts';

export interface AnalysisContext {
  signal: AbortSignal;
  onProgress?: (progress: AnalysisProgress) => void;
}

/** Documents between two looks at the clock, and milliseconds between two words about progress. */
const breath = 64;
const interval = 150;

/** Counts the passes of an analysis, and tells of them now and then. */
export class Passes {
  private pass = 0;
  private told = 0;

  constructor(
    private readonly passes: number,
    readonly context: AnalysisContext,
  ) {}

  /** Begins a pass; what is returned is called along the way. */
  begin(file: string): (done: number, total: number, documents: number) => void {
    const pass = ++this.pass;
    this.told = 0;
    return (done, total, documents) => {
      if (performance.now() - this.told < interval) return;
      this.told = performance.now();
      this.context.onProgress?.({ pass, passes: this.passes, file, done, total, documents });
    };
  }
}

/**
 * Reads the documents of a split's index once more, until the signal.
 * Returns how many were read. Throws `UserError` (`file-changed` where the file is not what was indexed).
 */
export async function readAgain(
  split: SplitInspection,
  visit: (document: Document) => void,
  passes: Passes,
): Promise<number> {
  const tell = passes.begin(split.path);
  const { signal } = passes.context;
  const { length } = split.index;
  let read = 0;
  if (length === 0 || signal.aborted) return 0;
  const source = await split.reopen();
  tell(0, source.totalBytes, 0);
  for await (const document of source) {
    if (document.line !== split.index.place(read).line) break;
    visit(document);
    if (++read === length) return read;
    if (read % breath !== 0) continue;
    tell(source.bytesRead, source.totalBytes, read);
    if (signal.aborted) return read;
  }
  throw new UserError('file-changed', 'The file has changed since it was read', 'Read it again.', { file: split.path });
}
