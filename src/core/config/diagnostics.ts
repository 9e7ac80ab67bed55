/** Lines and characters (UTF-16 units) count from 0, as editors have it. */
export interface Position {
  line: number;
  character: number;
}
export interface Range {
  start: Position;
  end: Position;
}
export interface Edit {
  range: Range;
  newText: string;
}
export interface Fix {
  title: string;
  edits: Edit[];
}

export type Severity = 'error' | 'warning' | 'info';

/** Something to say about a place in a config. */
export interface Diagnostic {
  severity: Severity;
  /** Stable, kebab-case. */
  code: string;
  message: string;
  range: Range;
  /** The key it is about, dotted: `training.monitor`, `model.filterSizes.1`. */
  key?: string;
  fix?: Fix;
}

export const noRange: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

export const comparePositions = (a: Position, b: Position): number => a.line - b.line || a.character - b.character;
