import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const swiftshaderFolder = join(homedir(), '.cache', 'xmlcnn-swiftshader', '153.0.0');

/** What a process must be started with for Vulkan to find SwiftShader; nothing where it was not set up. */
export function swiftshaderEnvironment() {
  if (!existsSync(swiftshaderFolder)) return {};
  const LD_LIBRARY_PATH = [swiftshaderFolder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { LD_LIBRARY_PATH, VK_ICD_FILENAMES: join(swiftshaderFolder, 'vk_swiftshader_icd.json') };
}
