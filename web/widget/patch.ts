/** patched applies a patch in which null takes away and what is left out stays. */
export function patched(value: object, patch: object): Record<string, unknown> {
  const next: Record<string, unknown> = { ...value };
  for (const [key, v] of Object.entries(patch)) {
    if (v === null) delete next[key];
    else if (v !== undefined) next[key] = v;
  }
  return next;
}
