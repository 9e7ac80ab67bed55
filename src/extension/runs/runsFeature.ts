import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';
import { registerRunCommands } from './runCommands.ts';
import { JobNotices, JobStatusBar } from './jobNotices.ts';
import { Jobs } from './jobs.ts';
import type { RunStore } from './runStore.ts';
import { RunsTree } from './runsTree.ts';
import { TrainingTimes } from './trainingTimes.ts';
import { TrainedConfigs } from './trainedConfigs.ts';

/** Training, evaluation and the view of the runs. */
export class RunsFeature extends Disposable {
  readonly jobs: Jobs;
  readonly times: TrainingTimes;

  constructor(services: Services, runs: RunStore) {
    super();
    const jobs = (this.jobs = this.own(new Jobs(services, runs)));
    this.times = this.own(new TrainingTimes(services));
    const notices = this.own(new JobNotices(services, jobs));
    this.own(new RunsTree(runs, jobs));
    this.own(new JobStatusBar(jobs));
    this.own(new TrainedConfigs(jobs));
    this.own(registerRunCommands(services, runs, jobs, this.times));
    void notices.offerToResume();
  }
}
