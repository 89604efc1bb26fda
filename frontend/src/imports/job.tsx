"use client";

import { useQuery } from "@tanstack/react-query";
import { api } from "@/data/api";
import { type ImportJob, importJob, isRunning, type RefusedValue, refusedValues } from "@/data/imports";
import { write } from "@/data/write";
import { Failure } from "@/ui/failure";
import { whole, words } from "@/ui/format";
import { Notice } from "@/ui/notice";

interface Props {
  id: number;
  /** Import the same file for real, after a dry run. */
  onRun: (() => void) | null;
}

/** An import as it goes, and the rows that it refused. */
export function Job({ id, onRun }: Props) {
  const query = useQuery(importJob(api, id));
  const job = query.data;
  const refused = useQuery({
    ...refusedValues(api, id, job?.rows_failed ?? 0),
    enabled: (job?.rows_failed ?? 0) > 0,
  });
  if (query.error && !job)
    return <Failure error={query.error} onRetry={() => query.refetch()} what="this import" />;
  if (!job) return null;
  const running = isRunning(job);
  const counts = [
    ["Read", job.rows_read],
    [job.dry_run ? "Would be made" : "Made", job.rows_created],
    [job.dry_run ? "Would be changed" : "Changed", job.rows_updated],
    ["Unchanged", job.rows_unchanged],
    ["Refused", job.rows_failed],
  ] as const;
  return (
    <section className="section" aria-live="polite">
      <div className="import-head">
        <h2>
          {job.dry_run ? "Dry run" : "Import"} of {job.file_name}
        </h2>
        <span
          className="badge"
          data-tone={job.status === "completed" ? "good" : job.status === "failed" ? "danger" : "warning"}
        >
          {words(job.status)}
        </span>
        {running && (
          <button
            type="button"
            className="button button-small"
            onClick={() => write("POST", `/imports/${id}/cancel`).then(() => query.refetch())}
          >
            Cancel
          </button>
        )}
      </div>
      {running && <Progress job={job} />}
      {job.error_detail && <Notice tone="danger">{job.error_detail}</Notice>}
      <dl className="figures-row">
        {counts.map(([name, count]) => (
          <div key={name} className="figure">
            <dt>{name}</dt>
            <dd>{whole(count)}</dd>
          </div>
        ))}
      </dl>
      {job.dry_run && job.status === "completed" && (
        <Notice
          tone={job.rows_failed > 0 ? "warning" : "good"}
          action={onRun ? "Import it now" : undefined}
          onAction={onRun ?? undefined}
        >
          {job.rows_failed > 0
            ? "Nothing is changed yet. The refused rows below would be left out."
            : "Nothing is changed yet, and every row is right."}
        </Notice>
      )}
      {refused.data && refused.data.length > 0 && <Refused id={id} rows={refused.data} />}
    </section>
  );
}

function Progress({ job }: { job: ImportJob }) {
  return (
    <p className="job-progress">
      <progress value={job.progress} max={1} aria-label="Rows so far" />
      <span>{Math.floor(job.progress * 100)} %</span>
    </p>
  );
}

function Refused({ id, rows }: { id: number; rows: readonly RefusedValue[] }) {
  return (
    <>
      <div className="table-scroll import-refused" tabIndex={0} role="region" aria-label="Refused rows">
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                Line
              </th>
              <th scope="col">Column</th>
              <th scope="col">Value</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td className="number">{whole(row.line)}</td>
                <td>{row.column}</td>
                <td>
                  <code>{row.value}</code>
                </td>
                <td>{row.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <a className="link" href={`/api/v1/imports/${id}/errors?format=csv`} download>
          All refused values as a spreadsheet
        </a>
      </p>
    </>
  );
}
