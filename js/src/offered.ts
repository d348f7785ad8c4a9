/** What a drag or the clipboard offers as a picture: a file, or the address of one. */

/** Whether a drag may hold a picture: until it is dropped, only the kinds of its data are known. */
export function mayHold(data: DataTransfer | null): boolean {
  return Boolean(data?.types.some((type) => ["Files", "text/uri-list", "text/html"].includes(type)));
}

/** A file, an address (http, https), or null. A picture in an output comes as the address of its own bytes. */
export function offered(data: DataTransfer | null): File | string | null {
  const file = data?.files[0];
  if (!data || file) return file ?? null;
  const page = new DOMParser().parseFromString(data.getData("text/html"), "text/html"); // fetches and runs nothing
  const lines = `${data.getData("text/uri-list")}\n${data.getData("text/plain")}`.split(/[\r\n]+/);
  for (const text of [page.querySelector("img")?.getAttribute("src") ?? "", ...lines]) {
    if (/^https?:\/\//i.test(text)) return text.trim();
    const found = /^data:image\/(\w+)[^,]*;base64,/i.exec(text);
    if (found) return fileOf(text.slice(found[0].length), `picture.${found[1]?.toLowerCase()}`);
  }
  return null;
}

function fileOf(base64: string, name: string): File | null {
  try {
    return new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name);
  } catch {
    return null;
  }
}
