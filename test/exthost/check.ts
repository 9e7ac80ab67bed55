/** What is checked inside the extension host: no test runner lives there, so a check is a name and a function that throws. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

export interface Outcome {
  readonly name: string;
  /** Why the check failed; undefined where it passed. */
  readonly failure?: string;
}

export function check(name: string, run: () => Promise<void>): Check {
  return { name, run };
}

/** Asks until the answer is not undefined; throws after `patience` milliseconds. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  patience = 20_000,
): Promise<T> {
  for (
    const deadline = Date.now() + patience;
    Date.now() < deadline;
    await new Promise((done) => setTimeout(done, 50))
  ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`Waited in vain for ${what}.`);
}
