/** A further class for a text that may be too long for a column with room for so many `characters`. */
export const cut = (text: string, characters: number): string =>
  text.length > characters ? " cell-long" : "";
