"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import type { Product } from "@/data/products";
import { openSignIn } from "@/session/events";
import { useSession } from "@/session/provider";
import { mayDo } from "@/session/session";

/** The form is fetched when somebody wants it. */
const EditDialog = dynamic(() => import("./edit-dialog").then((module) => module.EditDialog), { ssr: false });

/** For those who may change products; a visitor is asked to sign in first. */
export function EditButton({ product }: { product: Product }) {
  const [open, setOpen] = useState(false);
  const { session } = useSession();
  if (session && !open && !mayDo(session, "catalogue:write")) return null;
  const edit = () => {
    if (session) return setOpen(true);
    openSignIn({
      reason: "Editing products is for those who are signed in.",
      afterwards: (caller) => setOpen(mayDo(caller, "catalogue:write")),
    });
  };
  return (
    <div className="product-actions">
      <button type="button" className="button" onClick={edit}>
        Edit
      </button>
      {open && <EditDialog product={product} onClose={() => setOpen(false)} />}
    </div>
  );
}
