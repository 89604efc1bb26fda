"use client";

/** When not even the page's frame could be made. It stands alone: no part of the page can be relied on. */
export default function FrameFailure() {
  return (
    <html lang="en">
      <body>
        <h1>This page could not be made</h1>
        <button type="button" onClick={() => location.reload()}>
          Try again
        </button>
      </body>
    </html>
  );
}
