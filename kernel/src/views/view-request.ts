import type { ViewRequest } from '../protocol/index.ts';

/** Reads what a page sent on its comm; `undefined` for anything that is no request of ours. */
export function readViewRequest(data: Readonly<Record<string, unknown>>): ViewRequest | undefined {
  switch (data.type) {
    case 'list':
    case 'alive':
      return { type: data.type };
    case 'follow':
    case 'unfollow':
    case 'resync': {
      const ids: unknown = data.viewIds;
      return isStrings(ids) ? { type: data.type, viewIds: ids } : undefined;
    }
    case 'control': {
      const { action, viewId } = data;
      if (action !== 'pause' && action !== 'resume') return undefined;
      return { type: 'control', action, ...(typeof viewId === 'string' ? { viewId } : {}) };
    }
    default:
      return undefined;
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
