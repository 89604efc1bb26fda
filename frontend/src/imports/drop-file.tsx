"use client";

import { useState } from "react";

export function DropFile({ onFile }: { onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  return (
    <label
      className="drop"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) onFile(file);
      }}
    >
      <svg aria-hidden viewBox="0 0 20 20" className="icon drop-icon">
        <path d="M10 13V4m-3.5 3.5L10 4l3.5 3.5M3 13v4h14v-4" />
      </svg>
      <b>Drop a file here</b>
      <span className="quiet">or choose one</span>
      <input
        type="file"
        aria-label="File of products"
        accept=".csv,.tsv,.txt,.ndjson,.jsonl,.gz"
        className="drop-input"
        onChange={(event) => event.target.files?.[0] && onFile(event.target.files[0])}
      />
    </label>
  );
}
