/** Header of a message of Jupyter's wire protocol. */
export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

export type Content = Record<string, unknown>;

/** A message as read from a socket. */
export interface WireMessage {
  /** Routing prefix: whom to answer. */
  readonly identities: readonly Uint8Array[];
  readonly header: MessageHeader;
  readonly parentHeader: Partial<MessageHeader>;
  readonly metadata: Content;
  readonly content: Content;
  readonly buffers: readonly Uint8Array[];
}

/** What a message answers or belongs to; `{}` when to nothing. */
export type ParentHeader = MessageHeader | Record<string, never>;
