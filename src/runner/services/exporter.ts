import { exportModel } from '../../core/export/exportModel.ts';
import type { Handlers } from '../protocol.ts';

/** Milliseconds between two events. */
const eventInterval = 100;

export const exporter: Handlers<'exporter'> = {
  async export(target, { signal, emit }) {
    let next = 0;
    return exportModel(target.run, {
      format: target.format,
      signal,
      onProgress: (done, total) => {
        if (performance.now() < next) return;
        next = performance.now() + eventInterval;
        emit({ done, total });
      },
    });
  },
};
