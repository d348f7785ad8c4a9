/** Sends a file to Python in chunks that every server between lets through. */
import type { AnyModel } from "@anywidget/types";
import { uniqueId } from "./dom.ts";
import { CHUNK_BYTES, type FormSends, type SlotName } from "./protocol.ts";

export async function sendImage(
  model: Pick<AnyModel, "send">,
  slot: SlotName,
  file: File,
  signal: AbortSignal,
  chunkBytes = CHUNK_BYTES,
): Promise<void> {
  const id = uniqueId();
  const count = Math.max(1, Math.ceil(file.size / chunkBytes));
  for (let index = 0; index < count; index += 1) {
    const part = await file.slice(index * chunkBytes, (index + 1) * chunkBytes).arrayBuffer();
    if (signal.aborted) return;
    const message: FormSends = { kind: "image-chunk", id, slot, name: file.name, index, count, size: file.size };
    model.send(message, undefined, [part]);
  }
}
