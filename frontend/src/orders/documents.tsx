"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/data/api";
import { documentTexts, type OrderDetail, type OrderDocument } from "@/data/orders";
import { useSession } from "@/session/provider";
import { mayDo } from "@/session/session";
import { bytes } from "@/ui/bytes";
import { dateTime } from "@/ui/dates";
import { words } from "@/ui/format";
import { Upload } from "./upload";

export function Documents({ order }: { order: OrderDetail }) {
  const { session } = useSession();
  const mayRead = !session || mayDo(session, "documents:read");
  const [open, setOpen] = useState<number | null>(null);
  return (
    <section className="section">
      <h2>Documents</h2>
      {order.documents.length === 0 && <p className="quiet">No document yet.</p>}
      {!mayRead && (
        <p className="quiet">
          Their files and texts need the scope <code>documents:read</code>.
        </p>
      )}
      <ul className="documents">
        {order.documents.map((document) => (
          <li key={document.id}>
            <span className="document-name">
              <b>{document.file_name}</b>
              <span className="quiet">
                {words(document.type)} · {bytes(document.size_bytes)} · {dateTime(document.created_at)}
              </span>
            </span>
            {mayRead && (
              <span className="document-acts">
                <button
                  type="button"
                  className="button button-small"
                  aria-expanded={open === document.id}
                  onClick={() => setOpen(open === document.id ? null : document.id)}
                >
                  Text
                </button>
                <a
                  className="button button-small"
                  href={`/api/v1/orders/${order.id}/documents/${document.id}/content`}
                  download={document.file_name}
                >
                  Download
                </a>
              </span>
            )}
            {open === document.id && <Texts order={order.id} document={document} />}
          </li>
        ))}
      </ul>
      {(!session || mayDo(session, "orders:write")) && <Upload order={order.id} />}
    </section>
  );
}

const NO_TEXT: Record<string, string> = {
  pending: "The text is being taken from the file: look again in a moment.",
  failed: "The text could not be taken from this file",
  unavailable: "Text of such files cannot be taken here",
};

/** What the file says, page by page. */
function Texts({ order, document }: { order: number; document: OrderDocument }) {
  const texts = useQuery({
    ...documentTexts(api, order, document.id),
    refetchInterval: ({ state }) =>
      (state.data as { texts_status?: string })?.texts_status === "pending" ? 1_500 : false,
  });
  const status =
    (texts.data as { texts_status?: string } | undefined)?.texts_status ?? document.texts_status ?? "done";
  if (texts.isPending) return <p className="document-text quiet">Reading…</p>;
  if (texts.error)
    return <p className="document-text quiet">The text could not be read: {texts.error.message}</p>;
  if (texts.data.items.length === 0)
    return (
      <p className="document-text quiet">
        {NO_TEXT[status] ?? "There is no text in this file."}
        {document.texts_error && ` (${words(document.texts_error)})`}
      </p>
    );
  return (
    <div className="document-text">
      {texts.data.items.map(({ page, content }) => (
        <figure key={page}>
          <figcaption className="quiet">Page {page}</figcaption>
          <pre>{content}</pre>
        </figure>
      ))}
    </div>
  );
}
