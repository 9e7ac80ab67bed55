/** Typed calls of kernels, by their sources. Throws with file and line where it does not understand them. */
export function kernelCalls(sources: Record<string, string>): string;
