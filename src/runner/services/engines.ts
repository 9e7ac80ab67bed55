import { engineStatuses } from '../../core/engine/engines/status.ts';
import { installEngine } from '../../core/engine/install/install.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { NativeEngine } from '../../core/engine/engines/folders.ts';
import type { EngineStatus } from '../../core/engine/engines/status.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

/** Loads native code and downloads it, far from the extension host. */
export interface EnginesService {
  /** Tries every engine; events report each as it is done. */
  statuses: Call<Record<string, never>, EngineStatus[], EngineStatus>;
  /** Downloads an engine's binaries; returns its folder. */
  install: Call<{ engine: NativeEngine; sha256: string[]; proxy?: string; strictSsl: boolean }, string, Progress>;
}

export const engines: Handlers<EnginesService> = {
  statuses: (_, { signal, emit }) => engineStatuses({ signal, onStatus: emit }),
  install: ({ engine, ...options }, { signal, emit }) =>
    installEngine(engine, { ...options, signal, onProgress: emit }),
};
