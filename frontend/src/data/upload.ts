import { noteSession } from "@/session/events";
import { ApiError } from "./problem";

interface Upload<T> {
  done: Promise<T>;
  abort: () => void;
}

/** Send a form and tell how much of it has left, from 0 to 1. (`fetch` cannot tell.) */
export function upload<T>(path: string, form: FormData, onProgress: (share: number) => void): Upload<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      noteSession((name) => request.getResponseHeader(name));
      const answer = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(answer as T);
      else reject(new ApiError(request.status, answer as object));
    };
    request.onerror = () =>
      reject(new ApiError(0, { detail: "The connection broke off: nothing was stored." }));
    request.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
    request.open("POST", `/api/v1${path}`);
    request.send(form);
  });
  return { done, abort: () => request.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
