"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "@/data/api";
import { type OrderDocument, orderDetail } from "@/data/orders";
import { upload } from "@/data/upload";
import { bytes } from "@/ui/bytes";
import { words } from "@/ui/format";
import { Refusal } from "@/ui/refusal";

const TYPES = ["cmr", "invoice", "packing_list", "photo", "other"];
const LIMIT_BYTES = 10_485_760;
const ENDINGS = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.webp,.txt";

export function Upload({ order }: { order: number }) {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const running = useRef<() => void>(undefined);
  const [share, setShare] = useState<number | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);

  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const problem = objection(data.get("file") as File);
    setFailure(problem);
    if (problem) return;
    setShare(0);
    const { done, abort } = upload<OrderDocument>(`/orders/${order}/documents`, data, setShare);
    running.current = abort;
    try {
      await done;
      form.current?.reset();
      await client.invalidateQueries({ queryKey: orderDetail(api, order).queryKey });
    } catch (error) {
      if ((error as Error).name !== "AbortError") setFailure(error as Error);
    } finally {
      setShare(null);
    }
  };
  return (
    <form ref={form} className="upload" onSubmit={submit}>
      <label className="form-field">
        <span>Add a document</span>
        <input type="file" name="file" accept={ENDINGS} required className="field field-file" />
      </label>
      <label className="form-field">
        <span>Kind</span>
        <select name="type" className="select">
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {type === "cmr" ? "CMR" : words(type)}
            </option>
          ))}
        </select>
      </label>
      {share === null ? (
        <button type="submit" className="button">
          Upload
        </button>
      ) : (
        <>
          <progress value={share} aria-label="Upload" />
          <button type="button" className="button" onClick={() => running.current?.()}>
            Stop
          </button>
        </>
      )}
      {failure && (
        <Refusal
          error={failure}
          doing="Adding documents"
          result="The document was not stored"
          gone="This API does not take documents."
        />
      )}
    </form>
  );
}

/** What the API would refuse can be said before anything is sent. */
function objection(file: File): Error | null {
  if (file.size === 0) return new Error(`“${file.name}” is empty.`);
  if (file.size > LIMIT_BYTES)
    return new Error(`“${file.name}” has ${bytes(file.size)}; at most 10 MB are taken.`);
  if (!ENDINGS.split(",").some((ending) => file.name.toLowerCase().endsWith(ending)))
    return new Error(`“${file.name}” is of a kind that is not taken: PDF, PNG, JPEG, TIFF, WebP or TXT.`);
  return null;
}
