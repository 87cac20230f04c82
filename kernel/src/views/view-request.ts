import { ROW_LABELS, VIEW_CONTROL_ACTIONS, type ViewRequest } from '../protocol/index.ts';

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
      const { viewId, value } = data;
      const action = VIEW_CONTROL_ACTIONS.find((one) => one === data.action);
      if (action === undefined) return undefined;
      return {
        type: 'control',
        action,
        ...(typeof viewId === 'string' ? { viewId } : {}),
        ...(typeof value === 'number' ? { value } : {}),
      };
    }
    case 'param': {
      const { name, value } = data;
      if (typeof name !== 'string' || typeof value !== 'number') return undefined;
      return { type: 'param', name, value };
    }
    case 'label': {
      const { viewId, rowId } = data;
      const label = ROW_LABELS.find((one) => one === data.label);
      if (typeof viewId !== 'string' || typeof rowId !== 'string') return undefined;
      if (label === undefined && data.label !== undefined) return undefined;
      return { type: 'label', viewId, rowId, ...(label === undefined ? {} : { label }) };
    }
    default:
      return undefined;
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
