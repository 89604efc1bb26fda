const PEEK_BYTES = 65_536;

export interface FileColumns {
  format: "csv" | "ndjson";
  /** Names in the file's head, or the keys of its first record. */
  names: string[];
  delimiter?: string;
}

/** Look into the beginning of a file (also packed with gzip) for the names of its columns. */
export async function columnsOf(file: File): Promise<FileColumns> {
  const text = (await beginning(file)).replace(/^\ufeff/, "");
  const first = text.split(/\r?\n/, 1)[0] ?? "";
  if (first.trimStart().startsWith("{")) return { format: "ndjson", names: keysOf(first) };
  const delimiter = [",", ";", "\t", "|"].reduce(
    (best, one) => (count(first, one) > count(first, best) ? one : best),
    ",",
  );
  return { format: "csv", delimiter, names: record(text, delimiter).filter((name) => name !== "") };
}

async function beginning(file: File): Promise<string> {
  const packed = file.name.toLowerCase().endsWith(".gz");
  if (!packed) return file.slice(0, PEEK_BYTES).text();
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < PEEK_BYTES) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

function keysOf(line: string): string[] {
  try {
    return Object.keys(JSON.parse(line));
  } catch {
    return [];
  }
}

/** The first record of a CSV text (RFC 4180). */
function record(text: string, delimiter: string): string[] {
  const values: string[] = [];
  let [value, quoted] = ["", false];
  for (let index = 0; index < text.length; index++) {
    const letter = text[index];
    if (letter === '"') {
      if (quoted && text[index + 1] === '"') value += text[++index];
      else quoted = !quoted;
    } else if (quoted) value += letter;
    else if (letter === delimiter) {
      values.push(value.trim());
      value = "";
    } else if (letter === "\n" || letter === "\r") break;
    else value += letter;
  }
  return [...values, value.trim()];
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
