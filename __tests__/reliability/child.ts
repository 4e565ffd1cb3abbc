/** Processes of their own, spoken to by messages: `{ said: 'ready', … }` from them, anything to them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { PATIENCE_MS } from './sizes.js';

export interface Message {
  readonly said: string;
  readonly [name: string]: unknown;
}

interface Listener {
  readonly said: string;
  readonly hear: (message: Message) => void;
  readonly fail: (error: Error) => void;
}

let folder = '';
const running = new Set<Child>();

/** Gives the children of this file a library, and lets none of them outlive its test. */
export function useChildren(): void {
  beforeAll(() => {
    folder = temporaryFolder();
    placeLib(join(folder, 'lib'));
  }, PATIENCE_MS);
  afterEach(async () => {
    await Promise.all([...running].map((child) => child.kill()));
  }, PATIENCE_MS);
  afterAll(() => {
    removeFolder(folder);
  });
}

export class Child {
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #messages: Message[] = [];
  #listeners: Listener[] = [];

  /** Runs a script of this folder, with `task` and the library's folder (`lib`) as JSON in `TASK`. */
  constructor(script: string, task: object) {
    const env = { ...CHILD_ENVIRONMENT, TASK: JSON.stringify({ ...task, lib: join(folder, 'lib') }) };
    this.#process = fork(join(__dirname, script), { env, execArgv: [] });
    this.#exit = once(this.#process, 'exit').then(() => {
      running.delete(this);
      for (const { said, fail } of this.#listeners)
        fail(new Error(`${script} ended before it said "${said}"`));
    });
    this.#process.on('message', (message: Message) => {
      this.#messages.push(message);
      for (const { said, hear } of this.#listeners) if (said === message.said) hear(message);
    });
    running.add(this);
  }

  /** The first message of this name, whether it has come already or not; rejects when the process ends without it. */
  async heard(said: string): Promise<Message> {
    const known = this.#messages.find((message) => message.said === said);
    if (known !== undefined) return known;
    return new Promise((resolve, reject) => {
      const hear = (message: Message): void => {
        this.#listeners = this.#listeners.filter((listener) => listener.hear !== hear);
        resolve(message);
      };
      this.#listeners.push({ said, hear, fail: reject });
    });
  }

  /** All messages of this name so far. */
  all(said: string): readonly Message[] {
    return this.#messages.filter((message) => message.said === said);
  }

  tell(message: object): void {
    this.#process.send(message);
  }

  /** Which signal ended it; waits until one did, or it ended by itself. */
  async ended(): Promise<NodeJS.Signals | null> {
    await this.#exit;
    return this.#process.signalCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exit;
  }
}
