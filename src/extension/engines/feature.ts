import * as vscode from 'vscode';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { installEngine } from './installEngine.ts';
import { showEngines } from './showEngines.ts';

/** What computes: which engines work on this machine, and how they get there. */
export class EnginesFeature extends Disposable {
  constructor(services: Services) {
    super();
    const commands = { showEngines: () => showEngines(services), installEngine: () => installEngine(services) };
    for (const [name, work] of Object.entries(commands)) {
      this.own(vscode.commands.registerCommand(`xmlcnn.${name}`, reporting(services.log, work)));
    }
  }
}
