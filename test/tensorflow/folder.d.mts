export const tensorflowFolder: string;
export function tensorflowEnvironment(): NodeJS.ProcessEnv;
