/** Something that may be inserted. */
export interface Proposal {
  kind: 'section' | 'key' | 'value' | 'preset' | 'field' | 'file' | 'folder' | 'config';
  label: string;
  /** A few words beside the label. */
  detail?: string;
  /** A snippet in the editor's syntax. */
  insert: string;
  /** Default: the label. */
  filter?: string;
  /** The dotted key that explains it. */
  key?: string;
  /** Explains it further. */
  text?: string;
  /** What is inserted wants completing itself. */
  goesOn?: boolean;
}

/** Text as it stands in a snippet. */
export const escapeSnippet = (text: string): string => text.replace(/[\\$}]/g, '\\$&');

/** A value as JSON on one line. */
export const jsonLine = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value);
