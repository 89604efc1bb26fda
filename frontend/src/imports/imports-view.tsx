"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsInteger, useQueryState } from "nuqs";
import { useState } from "react";
import { api } from "@/data/api";
import { importJobs } from "@/data/imports";
import { Needs } from "@/session/needs";
import { bytes } from "@/ui/bytes";
import { dateTime } from "@/ui/dates";
import { Failure } from "@/ui/failure";
import { whole, words } from "@/ui/format";
import { DropFile } from "./drop-file";
import { columnsOf, type FileColumns } from "./file-columns";
import { Job } from "./job";
import { MapColumns } from "./map-columns";

interface Chosen {
  file: File;
  columns: FileColumns;
}

/** A file of products: choose it, say what its columns are, try it, then import it. */
export function ImportsView() {
  return (
    <Needs scope="imports:write" what="imports" title="Import products">
      <Imports />
    </Needs>
  );
}

function Imports() {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [job, setJob] = useQueryState("job", parseAsInteger.withOptions({ history: "push" }));
  const [run, setRun] = useState<(() => void) | null>(null);
  const jobs = useQuery({ ...importJobs(api), retry: false });
  if (jobs.error)
    return (
      <div className="page">
        <h1>Import products</h1>
        <Failure error={jobs.error} onRetry={() => jobs.refetch()} what="imports" />
      </div>
    );
  const choose = async (file: File) => {
    setChosen({ file, columns: await columnsOf(file) });
    setJob(null);
  };
  return (
    <div className="page">
      <h1>Import products</h1>
      <p className="quiet">
        CSV or NDJSON, also packed with gzip. Products with a SKU that exists are updated, others are made.
      </p>
      {chosen ? (
        <MapColumns
          key={`${chosen.file.name}-${chosen.file.lastModified}`}
          {...chosen}
          onStarted={(id, dryRun, runForReal) => {
            void setJob(id);
            setRun(() => (dryRun ? runForReal : null));
            jobs.refetch();
          }}
          onAnother={() => setChosen(null)}
        />
      ) : (
        <DropFile onFile={choose} />
      )}
      {job !== null && <Job id={job} onRun={run} />}
      {(jobs.data?.length ?? 0) > 0 && (
        <section className="section">
          <h2>Imports so far</h2>
          <ul className="jobs">
            {jobs.data?.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  className="job-row"
                  aria-current={one.id === job || undefined}
                  onClick={() => {
                    void setJob(one.id);
                    setRun(null);
                  }}
                >
                  <b>{one.file_name}</b>
                  <span className="quiet">
                    {one.dry_run ? "Dry run" : "Import"} · {bytes(one.size_bytes)} · {whole(one.rows_read)}{" "}
                    rows · {dateTime(one.created_at)}
                  </span>
                  <span
                    className="badge"
                    data-tone={
                      one.status === "completed" ? "good" : one.status === "failed" ? "danger" : "warning"
                    }
                  >
                    {words(one.status)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
