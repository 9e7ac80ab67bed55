export const swiftshaderFolder: string;
export function swiftshaderEnvironment(): Record<string, string>;
