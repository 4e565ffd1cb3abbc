/** How long something takes, whatever else the machine does meanwhile. */

/** Milliseconds that the processor has spent on this process so far. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
