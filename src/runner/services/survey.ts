import { surveyDataset } from '../../core/explore/survey.ts';
import type { Handlers } from '../protocol.ts';

/** Milliseconds between two events: a reader tells its progress far more often. */
const eventInterval = 100;

export const survey: Handlers<'survey'> = {
  async survey({ path, options }, { signal, emit }) {
    let next = 0;
    return surveyDataset(path, options, {
      signal,
      onProgress: (progress) => {
        if (performance.now() < next) return;
        next = performance.now() + eventInterval;
        emit(progress);
      },
    });
  },
};
