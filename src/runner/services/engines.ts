import { engineStatuses } from '../../core/engine/engines/status.ts';
import { installEngine } from '../../core/engine/install/install.ts';
import type { Handlers } from '../protocol.ts';

/** Milliseconds between two events of a download. */
const eventInterval = 200;

export const engines: Handlers<'engines'> = {
  statuses: (_, { signal, emit }) => engineStatuses({ signal, onStatus: emit }),
  install({ engine, ...options }, { signal, emit }) {
    let next = 0;
    return installEngine(engine, {
      ...options,
      signal,
      onProgress: (progress) => {
        if (performance.now() < next) return;
        next = performance.now() + eventInterval;
        emit(progress);
      },
    });
  },
};
