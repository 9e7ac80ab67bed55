import { throttled } from '../../core/base/progress.ts';
import { surveyDataset } from '../../core/explore/survey.ts';
import type { Handlers } from '../protocol.ts';

export const survey: Handlers<'survey'> = {
  survey: ({ path, options }, { signal, emit }) =>
    surveyDataset(path, options, { signal, onProgress: throttled(emit) }),
};
