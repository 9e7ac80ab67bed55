import { UserError } from '../../base/errors.ts';
import type { NativeEngine } from './folders.ts';

/** Why an engine does not work here. */
export type Problem = 'absent' | 'no-add-on' | 'add-on-fails' | 'no-adapter';

/** An engine that was asked for does not work here. */
export class EngineUnavailable extends UserError {
  constructor(
    readonly engine: NativeEngine,
    readonly problem: Problem,
    message: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super('engine-unavailable', message, remedy, {}, options);
  }
}

/** First line of what was thrown. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0];
