import type * as vscode from 'vscode';

/** Owns other disposables and ends with them. */
export abstract class Disposable implements vscode.Disposable {
  private readonly owned: vscode.Disposable[] = [];
  private ended = false;

  protected get isDisposed(): boolean {
    return this.ended;
  }

  /** Hands something over to be disposed of with this. */
  protected own<T extends vscode.Disposable>(thing: T): T {
    if (this.ended) thing.dispose();
    else this.owned.push(thing);
    return thing;
  }

  dispose(): void {
    if (this.ended) return;
    this.ended = true;
    for (const thing of this.owned.reverse()) thing.dispose();
  }
}
