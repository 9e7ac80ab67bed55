import { loadConfig } from '../../core/config/load.ts';
import { train } from '../../core/training/trainer.ts';
import type { Handlers } from '../protocol.ts';

/** Trains or resumes; an aborted run ends with a checkpoint and is a result, not an error. */
export const training: Handlers<'training'> = {
  async train({ configFile, resume, overrides }, { signal, emit }) {
    const { config, file, diagnostics } = await loadConfig(configFile, overrides);
    for (const { severity, message } of diagnostics)
      if (severity === 'warning') emit({ type: 'notice', level: 'warning', message });
    return train(config, { configFile: file, resume, signal, onEvent: emit });
  },
};
