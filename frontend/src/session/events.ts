import type { Session } from "./session";

/** What a sign-in is wanted for. */
export interface SignInWish {
  /** One sentence: "Editing products is for those who are signed in." */
  reason?: string;
  /** Done when somebody has signed in. */
  afterwards?: (session: Session) => void;
}

type Listener = () => void;

let wish: SignInWish | null = null;
const wishListeners = new Set<Listener>();
const endListeners = new Set<Listener>();

/** Ask whoever looks at the page to sign in. Whatever is open stays open below the dialog. */
export function openSignIn(next: SignInWish = {}): void {
  wish = next;
  for (const listener of wishListeners) listener();
}

export function closeSignIn(): void {
  wish = null;
  for (const listener of wishListeners) listener();
}

export const currentWish = (): SignInWish | null => wish;

export function subscribeWish(listener: Listener): () => void {
  wishListeners.add(listener);
  return () => wishListeners.delete(listener);
}

/** Look at an answer of the API: the page's server notes on it when the session it came with is over. */
export function noteSession(header: (name: string) => string | null): void {
  if (header("session-ended") !== null) for (const listener of endListeners) listener();
}

export function subscribeEnd(listener: Listener): () => void {
  endListeners.add(listener);
  return () => endListeners.delete(listener);
}
