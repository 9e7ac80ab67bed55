import { throttled } from '../../core/base/progress.ts';
import { exportModel } from '../../core/export/exportModel.ts';
import type { Handlers } from '../protocol.ts';

export const exporter: Handlers<'exporter'> = {
  export: ({ run, format }, { signal, emit }) => exportModel(run, { format, signal, onProgress: throttled(emit) }),
};
