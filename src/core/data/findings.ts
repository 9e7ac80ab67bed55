import { UserError } from '../base/errors.ts';
import { remedies } from '../formats/bytes.ts';
import type { Finding, FindingLog } from './document.ts';

const kept = 1000;

/** Collects what a reader finds wrong; with `onError: 'stop'` the first record that cannot be read is thrown. */
export class Findings implements FindingLog {
  readonly counts: Partial<Record<Finding['code'], number>> = {};
  readonly first: Finding[] = [];
  skipped = 0;
  constructor(private readonly onError: 'stop' | 'skip') {}

  /** A doubt about a record that was read all the same. */
  note(finding: Omit<Finding, 'skipped'>): void {
    this.add({ ...finding, skipped: false });
  }

  /** A record that cannot be read: counted and left out, or thrown as `UserError`. */
  reject(finding: Omit<Finding, 'skipped'>): void {
    const { code, file, line, byte, message } = finding;
    if (this.onError === 'stop') {
      const remedy =
        code === 'undecodable' || code === 'torn-line'
          ? remedies[code]
          : 'Fix the record, or set "onError": "skip" to leave such records out.';
      throw new UserError(code, message, remedy, { file, ...(line > 0 && { line }), byte });
    }
    this.skipped++;
    this.add({ ...finding, skipped: true });
  }

  /** A record that is whole but no document: counted and left out. */
  leaveOut(finding: Omit<Finding, 'skipped'>): void {
    this.skipped++;
    this.add({ ...finding, skipped: true });
  }

  private add(finding: Finding): void {
    this.counts[finding.code] = (this.counts[finding.code] ?? 0) + 1;
    if (this.first.length < kept) this.first.push(finding);
  }
}
