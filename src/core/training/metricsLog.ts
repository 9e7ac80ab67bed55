import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { withFileErrors } from '../base/files.ts';

/** metrics.jsonl of a run: lines are appended; what a checkpoint vouches for is synced before it is written. */
export class MetricsLog {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    /** Length of the file. */
    public bytes: number,
    /** Bytes that the caller wanted kept and that are not there. */
    readonly missing: number,
  ) {}

  /** Cuts the file to its first `keep` bytes: later lines belong to work that is done again. */
  static open(path: string, keep: number): Promise<MetricsLog> {
    return withFileErrors(path, async () => {
      const handle = await open(path, 'a');
      try {
        const { size } = await handle.stat();
        const bytes = Math.min(size, keep);
        await handle.truncate(bytes);
        return new MetricsLog(path, handle, bytes, keep - bytes);
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  append(record: Record<string, unknown>): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    return withFileErrors(this.path, async () => {
      await this.handle.appendFile(line);
      this.bytes += line.length;
    });
  }

  sync(): Promise<void> {
    return withFileErrors(this.path, () => this.handle.sync());
  }

  close(): Promise<void> {
    return withFileErrors(this.path, () => this.handle.close());
  }
}
