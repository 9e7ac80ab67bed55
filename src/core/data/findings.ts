import { UserError } from '../base/errors.ts';
import { remedies } from '../formats/bytes.ts';
import type { Finding, FindingLog } from './document.ts';

const kept = 1000;

/** Collects what a reader finds wrong; with `onError: 'stop'` the first record that cannot be read is thrown. */
export class Findings implements FindingLog {
  readonly counts: Partial<Record<Finding['code'], number>> = {};
  readonly first: Finding[] = [];
  skipped = 0;
  /** Of the batch that is read, until its records are seen to. */
  private waiting: Finding[] = [];
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
    this.leaveOut(finding);
  }

  /** A record that is whole but no document: counted and left out. */
  leaveOut(finding: Omit<Finding, 'skipped'>): void {
    this.skipped++;
    this.waiting.push({ ...finding, skipped: true });
  }

  /** Takes the records left out before this line, so that findings stand in the order of the file however it was cut into batches. */
  settle(line = Infinity): void {
    if (this.waiting.length === 0) return;
    this.waiting.sort((a, b) => a.line - b.line);
    const later = this.waiting.findIndex((finding) => finding.line >= line);
    for (const finding of this.waiting.splice(0, later < 0 ? Infinity : later)) this.add(finding);
  }

  /** What waits, for another log. */
  take(): Finding[] {
    return this.waiting.splice(0);
  }

  /** Takes what waited in another log. */
  put(findings: readonly Finding[]): void {
    this.skipped += findings.length;
    this.waiting.push(...findings);
  }

  private add(finding: Finding): void {
    this.counts[finding.code] = (this.counts[finding.code] ?? 0) + 1;
    if (this.first.length < kept) this.first.push(finding);
  }
}
