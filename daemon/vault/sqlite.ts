import { pathToFileURL } from "node:url";
import sqlite3 from "sqlite3";

export type Value = string | number | Uint8Array | null;

/** SQL, and the values of its parameters. */
export type Statement = readonly [sql: string, ...values: Value[]];

/** What SQLite says went wrong; `code` is the name of a primary result code (sqlite.org/rescode.html). */
export interface SqliteError extends Error {
  readonly code: string;
}

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_");
}

/** One connection of sqlite3, with promises. Statements run in the order of the calls that are awaited. */
export class Connection {
  readonly #database: sqlite3.Database;
  readonly #answered: () => void;

  private constructor(database: sqlite3.Database, answered: () => void) {
    this.#database = database;
    this.#answered = answered;
  }

  /**
   * Opens a file that exists. `psow=0` tells SQLite what is true of flash cards: a write that is cut short may
   * destroy the bytes beside it too (sqlite.org/psow.html).
   *
   * @param answered called after each call of SQLite, however it ended
   */
  static open(file: string, answered: () => void = () => {}): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const database = new sqlite3.Database(
        `${pathToFileURL(file).href}?psow=0`,
        sqlite3.OPEN_READWRITE | sqlite3.OPEN_URI | sqlite3.OPEN_FULLMUTEX,
        (error) => (error === null ? resolve(new Connection(database, answered)) : reject(error)),
      );
    });
  }

  run(sql: string, ...values: Value[]): Promise<void> {
    return this.#call((done) => this.#database.run(sql, values, (error) => done(error)));
  }

  all<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return this.#call((done) => this.#database.all<Row>(sql, values, done));
  }

  async get<Row>(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return (await this.all<Row>(sql, ...values))[0];
  }

  /** Several statements, separated by semicolons. */
  script(sql: string): Promise<void> {
    return this.#call((done) => this.#database.exec(sql, (error) => done(error)));
  }

  /** All of them or nothing; one alone is a transaction by itself. */
  async atOnce(statements: readonly Statement[]): Promise<void> {
    if (statements.length > 1) await this.run("BEGIN IMMEDIATE");
    try {
      for (const statement of statements) await this.run(...statement);
      if (statements.length > 1) await this.run("COMMIT");
    } catch (error) {
      // SQLite has rolled back by itself after some errors (sqlite.org/lang_transaction.html §4); then this one fails.
      if (statements.length > 1) await this.run("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#call((done) => this.#database.close((error) => done(error)));
  }

  #call<T = void>(begin: (done: (error: Error | null, result?: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      begin((error, result) => {
        this.#answered();
        if (error === null) resolve(result as T);
        else reject(error);
      });
    });
  }
}
