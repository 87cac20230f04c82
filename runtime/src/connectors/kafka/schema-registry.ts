import { schemaRegistryFailed } from './kafka-errors.ts';

/** Where schemas are kept. */
export interface SchemaRegistryOptions {
  /** Its address: `http://localhost:8081`. */
  readonly url: string;
  /** Who asks, if it wants to know; no part of a fingerprint or an error. */
  readonly auth?: () => { readonly username: string; readonly password: string };
}

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

/** The few requests of Confluent's registry that reading and writing need. */
export class SchemaRegistry {
  readonly #options: SchemaRegistryOptions;

  constructor(options: SchemaRegistryOptions) {
    this.#options = options;
  }

  /** The text of a schema. */
  async schema(id: number): Promise<string> {
    const { schema } = (await this.#request('GET', `schemas/ids/${id}`)) as { schema: string };
    return schema;
  }

  async latest(subject: string): Promise<{ id: number; schema: string }> {
    const path = `subjects/${encodeURIComponent(subject)}/versions/latest`;
    return (await this.#request('GET', path)) as { id: number; schema: string };
  }

  /** The id of a schema, which it gets now if it has none. */
  async register(subject: string, schema: string): Promise<number> {
    const path = `subjects/${encodeURIComponent(subject)}/versions`;
    const { id } = (await this.#request('POST', path, { schema })) as { id: number };
    return id;
  }

  async #request(method: string, path: string, body?: unknown): Promise<unknown> {
    const { url, auth } = this.#options;
    const headers: Record<string, string> = { accept: CONTENT_TYPE };
    if (body !== undefined) headers['content-type'] = CONTENT_TYPE;
    if (auth !== undefined) {
      const { username, password } = auth();
      headers['authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    let response: Response;
    try {
      const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      response = await fetch(`${url.replace(/\/$/, '')}/${path}`, request);
    } catch (error) {
      throw schemaRegistryFailed(url, path, String((error as Error).cause ?? error), error);
    }
    if (!response.ok) {
      throw schemaRegistryFailed(
        url,
        path,
        `${response.status} ${(await response.text()).slice(0, 300)}`,
        undefined,
      );
    }
    return response.json();
  }
}
