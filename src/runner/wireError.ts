import { Cancelled, UserError } from '../core/base/errors.ts';
import type { WireError } from './protocol.ts';

/** An error as it crosses a process border: what the user can mend stays that. */
export function toWire(error: unknown): WireError {
  if (error instanceof Cancelled) return { kind: 'cancelled' };
  if (error instanceof UserError) {
    const { code, message, remedy, place } = error;
    return { kind: 'user', code, message, remedy, place };
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return { kind: 'fault', message, stack };
}

export function fromWire(error: WireError): Error {
  if (error.kind === 'cancelled') return new Cancelled();
  if (error.kind === 'user') return new UserError(error.code, error.message, error.remedy, error.place);
  const fault = new Error(error.message);
  fault.stack = error.stack;
  return fault;
}
