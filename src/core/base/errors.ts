/** Where in a user's file something is wrong. Lines and columns count from 1, bytes from 0. */
export interface Place {
  file?: string;
  line?: number;
  column?: number;
  byte?: number;
}

/**
 * Something the user can fix: bad input, an impossible setting, a full disk.
 * Faces show `message`, the place and `remedy`, never a stack trace. Anything else that is thrown is an internal fault.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    /** Stable, kebab-case: tests and faces match on it, never on the message. */
    readonly code: string,
    message: string,
    /** What the user can do about it, as a sentence. */
    readonly remedy: string,
    readonly place: Place = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** `file:line: message. Remedy` — the one form in which every face prints an error. */
  describe(): string {
    const { file, line, column, byte } = this.place;
    let where = file ?? '';
    if (line !== undefined) where += `${where ? ':' : 'line '}${line}${column === undefined ? '' : `:${column}`}`;
    if (byte !== undefined) where += `${where ? ' ' : ''}(byte ${byte})`;
    return `${where ? `${where}: ` : ''}${this.message}${/[.!?]$/.test(this.message) ? '' : '.'} ${this.remedy}`;
  }
}

/** A `UserError` as plain data, as it crosses process borders and stands in what they return. */
export type Failure = Pick<UserError, 'code' | 'message' | 'remedy' | 'place'>;

export const toFailure = ({ code, message, remedy, place }: UserError): Failure => ({ code, message, remedy, place });
export const fromFailure = ({ code, message, remedy, place }: Failure): UserError =>
  new UserError(code, message, remedy, place);

/** Thrown where a caller's AbortSignal ended the work; never shown as an error. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  constructor() {
    super('Cancelled');
  }
}
