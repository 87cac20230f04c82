import type { Param, Session } from 'tidemark/session';
import { PARAM_MIME_TYPE } from '../protocol/index.ts';
import { display } from './display-api.ts';

/** Shows a param's slider under the cell that declares it; as a line of text where there is no extension to draw one. */
export function showParam(param: Param, params: Session['params']): Param {
  const state = params.states().find(({ name }) => name === param.name);
  if (state) {
    const { name, min, max, value } = state;
    const text = `${name} = ${value} (${min} to ${max}; it is set by .value)`;
    display({ [PARAM_MIME_TYPE]: { ...state }, 'text/plain': text }, { raw: true });
  }
  return param;
}
