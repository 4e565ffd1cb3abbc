/** What a proof needs of an engine: a suite with a store of its own, which hands out new, empty ledgers. */
import { join } from 'node:path';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { type Address, openLedger } from './open-ledger.cjs';

const SOURCES = join(__dirname, '..', '..', 'lib');

/** A way for a store to become unreachable, and the address of a ledger that it happens to. */
export interface Breakdown {
  readonly address: Address;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

export interface Store {
  /** A new, empty ledger. */
  address(): Promise<Address> | Address;
  /** SIGKILL for the engine and a start on the same data; absent: the engine is part of the shop's own process. */
  crash?(): Promise<void>;
  breakdown(name: string): Promise<Breakdown>;
  /** The engine's version and the settings that durability depends on. */
  about(): Promise<string> | string;
}

export interface Engine {
  readonly name: string;
  /** What it holds outlives a process, and several may share it. */
  readonly durable: boolean;
  /** What its store can suffer. */
  readonly breakdowns: readonly string[];
  /** Declares a suite with a store; where the engine is not installed, one that is skipped and says so. */
  suite(title: string, body: (store: () => Store) => void): void;
}

/** Opens the ledger in this process. */
export function openHere(address: Address): Ledger {
  return openLedger(SOURCES, address);
}

/** Numbers the ledgers of one store. */
export function counter(): () => number {
  let count = 0;
  return () => (count += 1);
}
