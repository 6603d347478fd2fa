declare module "systemd-notify" {
  /**
   * Spawns systemd-notify(1). Rejects with the spawn's Error, or with what the program printed when it failed.
   */
  export default function notify(fields: { ready?: boolean; status?: string }): Promise<unknown>;
}
