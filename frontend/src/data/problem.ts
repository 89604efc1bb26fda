import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** A refusal of the API, with its problem (RFC 9457). `status` is 0 when the network gave no answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail || problem.title || `The API answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }

  /** The message for one field of a form, such as `body.price`; undefined when it was not refused. */
  fieldMessage(name: string): string | undefined {
    return this.problem.errors?.find((error) => error.where === `body.${name}` || error.where === name)
      ?.message;
  }
}

/** Whether the API does not offer this (yet), which is a state of its own and no fault. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ApiError && [404, 405, 501].includes(error.status);
}

export function needsSignIn(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

/** The scope that the caller lacks; null when another thing is wrong. */
export function missingScope(error: unknown): string | null {
  if (!(error instanceof ApiError) || error.status !== 403) return null;
  return error.problem.errors?.[0]?.code ?? "that this needs";
}

export async function apiErrorFrom(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new ApiError(response.status, problem);
}
