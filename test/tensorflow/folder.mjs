import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const tensorflowFolder = join(homedir(), '.cache', 'xmlcnn-tensorflow', '4.22.0-1.15.0');

/** The environment, with TensorFlow of the cache where it was set up and no other is named. */
export function tensorflowEnvironment() {
  return { ...(existsSync(tensorflowFolder) && { XMLCNN_TENSORFLOW: tensorflowFolder }), ...process.env };
}
