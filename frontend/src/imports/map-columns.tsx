"use client";

import { useState } from "react";
import type { ImportJob } from "@/data/imports";
import { upload } from "@/data/upload";
import { bytes } from "@/ui/bytes";
import { Notice } from "@/ui/notice";
import { Refusal } from "@/ui/refusal";
import type { FileColumns } from "./file-columns";
import { guessed, IMPORT_FIELDS, type ImportField, missing, type Source, written } from "./mapping";

interface Props {
  file: File;
  columns: FileColumns;
  onStarted: (id: number, dryRun: boolean, runForReal: () => void) => void;
  onAnother: () => void;
}

/** Which column is which field; what a file lacks can be said once for all rows. */
export function MapColumns({ file, columns, onStarted, onAnother }: Props) {
  const [mapping, setMapping] = useState(() => guessed(columns.names));
  const [decimal, setDecimal] = useState("auto");
  const [create, setCreate] = useState(false);
  const [onError, setOnError] = useState("reject_row");
  const [share, setShare] = useState<number | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const lacks = missing(mapping);
  const change = (name: ImportField, source: Partial<Source>) =>
    setMapping({ ...mapping, [name]: { ...mapping[name], ...source } });

  const start = async (dryRun: boolean) => {
    const form = new FormData();
    form.set("mapping", written(mapping, decimal));
    form.set("dry_run", String(dryRun));
    form.set("on_error", onError);
    form.set("create_categories", String(create));
    form.set("create_brands", String(create));
    form.set("file", file);
    setFailure(null);
    setShare(0);
    try {
      const job = await upload<ImportJob>("/imports", form, setShare).done;
      onStarted(job.id, dryRun, () => void start(false));
    } catch (error) {
      setFailure(error as Error);
    } finally {
      setShare(null);
    }
  };
  return (
    <section className="section">
      <div className="import-head">
        <h2>
          {file.name}{" "}
          <span className="quiet">
            {bytes(file.size)}, {columns.names.length} columns
          </span>
        </h2>
        <button type="button" className="link-button" onClick={onAnother}>
          Another file
        </button>
      </div>
      {columns.names.length === 0 && (
        <Notice tone="danger">No columns were found: the first line must name them.</Notice>
      )}
      <div className="mapping">
        {IMPORT_FIELDS.map(({ name, label, required }) => (
          <div key={name} className="mapping-row">
            <span>
              {label} {required && <span className="quiet">needed</span>}
            </span>
            <select
              className="select"
              aria-label={`Column for ${label}`}
              value={mapping[name].column}
              onChange={(event) => change(name, { column: event.target.value })}
            >
              <option value="">{required ? "The same in every row:" : "Leave out"}</option>
              {columns.names.map((column) => (
                <option key={column}>{column}</option>
              ))}
            </select>
            {!mapping[name].column && (
              <input
                className="field"
                aria-label={`${label} for all rows`}
                value={mapping[name].constant}
                placeholder={required ? (name === "currency" ? "EUR" : "") : "or one value for all"}
                onChange={(event) => change(name, { constant: event.target.value })}
              />
            )}
          </div>
        ))}
      </div>
      <div className="import-options">
        <label>
          Decimals{" "}
          <select className="select" value={decimal} onChange={(event) => setDecimal(event.target.value)}>
            <option value="auto">as they look</option>
            <option value="point">1234.50</option>
            <option value="comma">1234,50</option>
          </select>
        </label>
        <label>
          A row with a mistake{" "}
          <select className="select" value={onError} onChange={(event) => setOnError(event.target.value)}>
            <option value="reject_row">is left out</option>
            <option value="reject_all">stops everything</option>
          </select>
        </label>
        <label className="choice">
          <input type="checkbox" checked={create} onChange={(event) => setCreate(event.target.checked)} />
          Make categories and brands that do not exist
        </label>
      </div>
      {failure && (
        <Refusal
          error={failure}
          doing="Importing"
          result="Nothing was imported"
          gone="This API does not take imports."
        />
      )}
      <div className="form-actions">
        {share !== null && <progress value={share} aria-label="Upload" />}
        {lacks.length > 0 && <p className="quiet">Still needed: {lacks.join(", ")}.</p>}
        <button
          type="button"
          className="button"
          disabled={lacks.length > 0 || share !== null}
          onClick={() => start(false)}
        >
          Import
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={lacks.length > 0 || share !== null}
          onClick={() => start(true)}
        >
          Dry run
        </button>
      </div>
    </section>
  );
}
