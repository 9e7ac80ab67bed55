export interface Installation {
  readonly folder: string;
  /** The Node that code-server runs on. */
  readonly node: string;
  /** The code-server's entry point. */
  readonly entry: string;
}
export declare function findWorkbench(): Installation | undefined;
export declare function findChromium(): string | undefined;
export declare function setUpWorkbench(log?: (line: string) => void): Installation;
