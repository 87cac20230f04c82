/**
 * Flags of a process that an engine runs in. The room for young objects is half of V8's: where windows and joins keep records, half of
 * what lies there survives, and copying it is one pause, for 25 ms with V8's room and 8 ms with this
 * (`docs/decisions/0056-half-the-room-for-young-objects.md`).
 */
export const ENGINE_FLAGS: readonly string[] = ['--max-semi-space-size=16'];
