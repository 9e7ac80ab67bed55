import { dirname } from 'node:path';
import type { FindingLog } from '../../core/data/document.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clip, counted, grouped, sanitise } from '../terminal/text.ts';

const SHOWN_FINDINGS = 5;

/** Findings by code, with the lines of the first. */
export function showFindings(findings: FindingLog, path: string, terminal: Terminal): void {
  const counts = Object.entries(findings.counts);
  if (!counts.length) return;
  const { style } = terminal;
  terminal.print(
    '',
    `  ${style.bold('Findings')}${findings.skipped ? `: ${counted(findings.skipped, 'record')} left out` : ''}`,
  );
  for (const [code, count] of counts) {
    terminal.print(`  ${style.yellow(code)}: ${grouped(count)}`);
    for (const f of findings.first.filter((f) => f.code === code).slice(0, SHOWN_FINDINGS)) {
      const file =
        f.file === path
          ? ''
          : `${sanitise(dirname(f.file) === dirname(path) ? f.file.slice(dirname(f.file).length + 1) : f.file)} `;
      const where = f.line ? `line ${f.line}${f.byte === undefined ? '' : ` (byte ${f.byte})`}: ` : '';
      terminal.print(
        `    ${file}${where}${clip(sanitise(f.message), 100)}${f.skipped ? style.dim(' (left out)') : ''}`,
      );
    }
    if (count > SHOWN_FINDINGS) terminal.print(style.dim(`    … and ${grouped(count - SHOWN_FINDINGS)} more`));
  }
}
