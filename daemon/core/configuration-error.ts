/**
 * What the operator has given can't be used: a key of c2cd.toml, a credential, a file that either names. `message` is one
 * sentence that says what to do. Programs that meet one end with EX_CONFIG (sysexits.h): a second try would fail alike.
 */
export class ConfigurationError extends Error {
  override readonly name: string = "ConfigurationError";
}
