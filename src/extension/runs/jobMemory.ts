import type { JobTask } from './jobs.ts';

/** What is kept of a job across windows, to find it where the window closed under it. */
export interface RememberedJob {
  id: string;
  title: string;
  task: JobTask;
  folder?: string;
}

/** The part of `vscode.Memento` that is needed. */
export interface Memory {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): Thenable<void>;
}

const key = 'xmlcnn.jobsInFlight';

/** The jobs in flight, in the workspace's memory. What is left there when a window opens was cut off with the last one. */
export class JobMemory {
  constructor(private readonly memory: Memory) {}

  get all(): readonly RememberedJob[] {
    return this.memory.get<RememberedJob[]>(key, []);
  }

  /** Keeps a job, or what is new of it. A run has one job: an earlier one of the same folder is forgotten. */
  async keep(job: RememberedJob): Promise<void> {
    const others = this.all.filter(({ id, folder }) => id !== job.id && (!folder || folder !== job.folder));
    await this.memory.update(key, [...others, job]);
  }

  async forget(id: string): Promise<void> {
    await this.memory.update(
      key,
      this.all.filter((job) => job.id !== id),
    );
  }
}
