"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import type { Product } from "@/data/products";

/** The form is fetched when somebody wants it. */
const EditDialog = dynamic(() => import("./edit-dialog").then((module) => module.EditDialog), { ssr: false });

export function EditButton({ product }: { product: Product }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="product-actions">
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Edit
      </button>
      {open && <EditDialog product={product} onClose={() => setOpen(false)} />}
    </div>
  );
}
