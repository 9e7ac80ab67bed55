import { throttled } from '../../core/base/progress.ts';
import { engineStatuses } from '../../core/engine/engines/status.ts';
import { installEngine } from '../../core/engine/install/install.ts';
import type { Handlers } from '../protocol.ts';

export const engines: Handlers<'engines'> = {
  statuses: (_, { signal, emit }) => engineStatuses({ signal, onStatus: emit }),
  install: ({ engine, ...options }, { signal, emit }) =>
    installEngine(engine, { ...options, signal, onProgress: throttled(emit) }),
};
