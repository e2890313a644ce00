/** What stops work, as Node and every browser have it. */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
}
