/** A look at a SQLite file before it is opened as a ledger, which would make one of whatever it is. */
import { openDatabase } from './sqlite-driver.js';

const PATIENCE_MS = 1_000;

/** Whether a file that is there holds a ledger; changes nothing. Throws when it is no SQLite database. */
export function holdsLedger(file: string): boolean {
  const database = openDatabase(file, PATIENCE_MS);
  try {
    const found = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'fanfare_admissions'").get();
    return Boolean(found);
  } finally {
    database.close();
  }
}
