import type { Diagnostic } from '../core/config/diagnostics.ts';
import type { Terminal } from './terminal/terminal.ts';
import { sanitise } from './terminal/text.ts';

/** `file:line:column: severity: message (code)`, which editors and CI systems recognise. */
export function diagnosticLines(d: Diagnostic, file: string, { style }: Terminal): string[] {
  const { line, character } = d.range.start;
  const colour = { error: style.red, warning: style.yellow, info: style.cyan }[d.severity];
  return [
    `${sanitise(file)}:${line + 1}:${character + 1}: ${colour(`${d.severity}:`)} ${sanitise(d.message)} ${style.dim(`(${d.code})`)}`,
    ...(d.fix ? [`  fix: ${sanitise(d.fix.title)}`] : []),
  ];
}
